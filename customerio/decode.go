package customerio

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

var (
	byteOrderMark = []byte("\xef\xbb\xbf")
	gzipMagic     = []byte("\x1f\x8b")
)

// decoded returns the text of an answer: without compression, of which most bytes
// are read, and without a byte order mark. No request asks for compression, but
// proxies compress what they pass on, with or without saying so. A body that is
// not compressed as its header says is returned as it is if it is JSON.
func decoded(encodings string, body []byte, most int) ([]byte, error) {
	names := strings.Split(encodings, ",")
	for i := len(names) - 1; i >= 0; i-- { // the last was applied last
		plain, err := decompressed(strings.ToLower(strings.TrimSpace(names[i])), body, most)
		if err != nil && !json.Valid(bytes.TrimPrefix(body, byteOrderMark)) {
			return nil, err
		}
		if err == nil {
			body = plain
		}
	}
	if bytes.HasPrefix(body, gzipMagic) {
		plain, err := decompressed("gzip", body, most)
		if err != nil {
			return nil, err
		}
		body = plain
	}
	return bytes.TrimPrefix(body, byteOrderMark), nil
}

// decompressed undoes one encoding.
func decompressed(encoding string, body []byte, most int) ([]byte, error) {
	if encoding == "" || encoding == "identity" || len(body) == 0 {
		return body, nil
	}
	r, err := decompressor(encoding, body)
	if err != nil {
		return nil, fmt.Errorf("the answer cannot be decompressed: %w", err)
	}
	defer r.Close()
	plain, err := io.ReadAll(io.LimitReader(r, int64(most)))
	if err != nil {
		return nil, fmt.Errorf("the answer cannot be decompressed: %w", err)
	}
	return plain, nil
}

func decompressor(encoding string, body []byte) (io.ReadCloser, error) {
	r := bytes.NewReader(body)
	switch encoding {
	case "gzip", "x-gzip":
		return gzip.NewReader(r)
	case "deflate": // zlib's format by the standard, and without its header from some servers
		if z, err := zlib.NewReader(r); err == nil {
			return z, nil
		}
		return flate.NewReader(bytes.NewReader(body)), nil
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxList))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return nil, fmt.Errorf("its encoding is %q", encoding)
}
