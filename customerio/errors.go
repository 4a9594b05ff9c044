package customerio

// Trouble is the kind of an Error: how the work ends, for callers that branch on
// it.
type Trouble int

// The kinds of trouble.
const (
	Refused     Trouble = iota // an unexpected answer
	Misuse                     // the configuration or the call cannot be right; nothing was changed
	Credentials                // 401, 403, or the wrong region
	Unavailable                // no good answer for longer than Config.Outage, or none is possible
	NotFound                   // what an App was asked for does not exist
	Blanket                    // the service refuses all operations for one and the same reason
)

// Problem says more closely what is wrong, for callers that tell a person what to
// do about it. Fields of the Error that belong to it are named here.
type Problem int

// The problems. The zero Problem is any other.
const (
	NoCredentials      Problem = iota + 1 // none were given to API, or ones that cannot be right
	BadCredentials                        // API refuses them
	OutOfScope                            // the App API key may not do this
	UnknownRegion                         // Config.Region is neither "us" nor "eu"
	OtherRegion                           // the account is in another region than Config.Region; Region is the account's where it is known
	BadBaseURL                            // Config.BaseURL of API is not a base URL
	Redirected                            // to Host, which may not see the credentials
	BadProxy                              // the environment's proxy is not a URL
	ProxyRefused                          // Proxy does not pass requests on to Host
	UnknownAuthority                      // this machine does not trust who signed the certificate of Host
	WrongCertificate                      // the certificate is for other hosts than Host
	ExpiredCertificate                    // the certificate of Host is not valid now
	NotTLS                                // Host does not speak TLS at this port
	UnknownHost                           // there is no Host, or no Proxy
	Unreachable                           // no answer came from Host
)

// The names of the APIs in an Error.
const (
	TrackAPI = "Track"
	AppAPI   = "App"
)

// Error is a reason why nothing more can be sent, or a question has no answer. It
// never holds credentials.
type Error struct {
	Trouble Trouble
	Problem Problem
	API     string // TrackAPI, AppAPI, or empty where it does not matter
	Status  int    // of the HTTP answer; 0 where there was none
	Region  string // see OtherRegion
	Host    string
	Proxy   string // host:port
	Msg     string
	Hint    string // what to do, where the package knows; it names no flag or variable
	Err     error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Msg + ": " + e.Err.Error()
	}
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Err }
