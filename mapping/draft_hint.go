package mapping

import (
	"slices"
	"strings"
	"unicode"

	"github.com/ciobulk/ciobulk/customerio"
)

// hint is what a column's name says of its values. Names say who a row is about,
// which values never do; of types they only decide between those that fit.
type hint struct {
	field customerio.Match // the identifier that the name is one of; empty: none
	rank  int              // lower is surer
	code  bool             // digits that are no amount
	fixed bool             // codes of so many digits, such as post codes
	dated bool
	yesNo bool
	list  bool
	event bool // what an event is called
	page  bool
	at    bool // when an event was
}

// words are joined by spaces for reading; each is a name in lower case without
// accents, blanks and marks.
func wordSet(text string) map[string]int {
	set := make(map[string]int)
	for i, w := range strings.Fields(text) {
		set[w] = i
	}
	return set
}

// The names of identifiers in several languages, the surest first.
var (
	idNames = wordSet(`customerid userid personid customerno customernumber customernr custid custno memberid memberno membernumber
		contactid clientid accountid subscriberid externalid kundennummer kundennr kundenid kundeid kundenummer kundnummer mitgliedsnummer
		mitgliedsnr mitgliedsid benutzerid nutzerid personennummer debitorennummer debitorennr debitor numeroclient idclient clienteid idcliente
		numerocliente codicecliente idusuario usuarioid klantnummer klantid asiakasnumero idklienta numerklienta id uid uuid guid`)
	personNames = wordSet(`customer user member contact client person kunde kundin mitglied benutzer cliente usuario klant asiakas klient`)
	emailNames  = wordSet(`email emailaddress mailaddress emailadresse mailadresse emailadress useremail customeremail contactemail emailid mail mails
		correo correoelectronico courriel adresseemail adressemail adressemail mel email1 postaelettronica indirizzoemail epost epostadress epostadresse
		sahkoposti eposta emaila emailadres`)
	cioNames   = wordSet(`cioid customerioid`)
	phoneNames = wordSet(`phone phonenumber phoneno telephone telephonenumber telefon telefonnummer telefonnr telnr tel mobile mobilephone mobilenumber
		mobileno mobil mobilnummer mobiltelefon mobilnr handy handynummer handynr cell cellphone telefono movil celular cellulare portable gsm
		telefone telemovel telefoon puhelin puhelinnumero whatsapp sms fax`)
)

// The words of names, each for one hint.
var (
	codeWords = wordSet(`id no nr num number nummer code plz zip zipcode postal postcode postleitzahl sku ean isbn iban bic bank konto account key ref
		reference referenz artikel artikelnummer kundennummer rechnungsnummer bestellnummer vat ust steuernummer ssn passport phone telefon mobile mobil tel fax
		numero matricule cp cap codigo kontonummer barcode gtin hausnummer`)
	fixedWords = wordSet(`plz zip zipcode postal postcode postleitzahl cp cap`)
	dateWords  = wordSet(`at on date datum day tag time zeit zeitpunkt timestamp ts created updated modified seen last since until expires expiry birthday birthdate
		geburtstag geburtsdatum dob born joined registered signup erstellt angelegt anmeldung fecha data jour heure registration changed geandert geaendert ended started begin end start`)
	yesNoWords = wordSet(`is has was can active aktiv actif activo enabled newsletter optin optedin opt consent subscribed unsubscribed subscriber verified confirmed
		vip deleted blocked gesperrt einwilligung flag bool premium admin`)
	listWords = wordSet(`tags tag categories category kategorien interests interessen groups gruppen topics themen segments labels lists list liste roles rollen
		languages sprachen products produkte hobbies keywords skills channels`)
	eventNames = wordSet(`event eventname event_name ereignis evento evenement action aktion activity eventtype`)
	pageNames  = wordSet(`url page pageurl seite link uri href`)
	atNames    = wordSet(`timestamp occurredat occurred eventtime eventat eventdate at time ts date datum zeitpunkt zeit zeitstempel when createdat created`)
)

// hintOf reads a column's name.
func hintOf(name string) (h hint) {
	words := nameWords(name)
	joined := strings.Join(words, "")
	h.identifier(words, joined)
	any := func(set map[string]int) bool {
		return slices.ContainsFunc(words, func(w string) bool { _, is := set[w]; return is }) || has(set, joined)
	}
	h.code = has(codeWords, joined) || has(codeWords, words[len(words)-1]) || slices.Contains([]string{"id", "nr", "no"}, words[0]) || h.field == customerio.Phone
	h.code = h.code || h.field == customerio.ID && h.rank < weak
	h.fixed = any(fixedWords)
	h.dated, h.yesNo, h.list = any(dateWords), any(yesNoWords), any(listWords)
	h.event, h.page, h.at = has(eventNames, joined), has(pageNames, joined), has(atNames, joined)
	return h
}

func has(set map[string]int, word string) bool {
	_, is := set[word]
	return is
}

// weak is the rank of names that only hold one of the known ones.
const weak = 1000

// identifier sets the field that a name is for.
func (h *hint) identifier(words []string, joined string) {
	for _, known := range []struct {
		field customerio.Match
		names map[string]int
	}{{customerio.CioID, cioNames}, {customerio.ID, idNames}, {customerio.Email, emailNames}, {customerio.Phone, phoneNames}} {
		if rank, is := known.names[joined]; is {
			h.field, h.rank = known.field, rank
			return
		}
		for rank := range len(words) { // the name's end, such as email in work email
			if rest := strings.Join(words[rank:], ""); rank > 0 && has(known.names, rest) && (known.field != customerio.ID || len(rest) > 4) {
				h.field, h.rank = known.field, weak+rank
				return
			}
		}
		if known.field != customerio.ID && slices.ContainsFunc(words, func(w string) bool { return has(known.names, w) }) {
			h.field, h.rank = known.field, 2*weak // the values must confirm it
			return
		}
	}
	if has(personNames, joined) {
		h.field, h.rank = customerio.ID, weak // of an order's columns it is the one
	}
}

// nameWords splits a name into its words, in lower case and without accents.
func nameWords(name string) []string {
	return strings.Split(strings.ReplaceAll(snake(name), "e_mail", "email"), "_")
}

// accents are the letters that are written with others.
var accents = func() map[rune]string {
	letters := map[rune]string{'ä': "ae", 'ö': "oe", 'ü': "ue", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ł': "l", 'þ': "th", 'ð': "d", 'ı': "i"}
	for plain, marked := range map[string]string{
		"a": "àáâãåāăą", "c": "çćčĉċ", "d": "ď", "e": "èéêëēĕėęě", "g": "ğĝġģ", "h": "ĥħ", "i": "ìíîïĩīĭį", "j": "ĵ", "k": "ķ", "l": "ĺļľ",
		"n": "ñńņň", "o": "òóôõōŏő", "r": "ŕřŗ", "s": "śŝşšș", "t": "ţťțŧ", "u": "ùúûũūŭůűų", "w": "ŵ", "y": "ýÿŷ", "z": "źżž",
	} {
		for _, r := range marked {
			letters[r] = plain
		}
	}
	return letters
}()

// snake returns a name in snake_case, of letters that Liquid's {{customer.…}}
// reads where there are such: umlauts and accents are written out. Letters of
// other scripts stay.
func snake(name string) string {
	var b strings.Builder
	gap, lower, before := false, false, rune(0) // a word has ended; the last letter was a small one, and which
	for _, r := range strings.ReplaceAll(name, "'", "") {
		if unicode.IsUpper(r) && lower {
			gap = true
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
		r = unicode.ToLower(r)
		text, accented := accents[r]
		switch {
		case r == 0x308 && strings.ContainsRune("aou", before): // an umlaut's dots on their own
			b.WriteByte('e')
			continue
		case r >= 0x300 && r <= 0x36f: // another accent on its own
			continue
		case !accented && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			gap = true
			continue
		case !accented:
			text = string(r)
		}
		if gap && b.Len() > 0 {
			b.WriteByte('_')
		}
		gap, before = false, r
		b.WriteString(text)
	}
	return b.String()
}
