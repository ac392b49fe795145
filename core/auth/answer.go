package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/artstore/ingester/core"
)

const (
	defaultLifetime = 30 * time.Minute // of a token if the answer doesn't say
	maxLifetime     = 24 * time.Hour   // whatever the answer says
	maxToken        = 16 << 10         // bytes; no server's header buffer has room for more
	maxDepth        = 32               // of nested JSON
)

// answer holds the fields of a successful token answer (RFC 6749 §5.1).
type answer struct {
	token    string
	lifetime time.Duration // 0: the answer doesn't say
	scopes   []string
}

// parseAnswer reads the body of a successful answer. The token has to fit into a
// header, and its type has to be ours or missing. A lifetime that makes no sense is
// ignored. Errors are *core.Error and quote nothing of the body but an OAuth error
// code.
func parseAnswer(body []byte) (answer, error) {
	if len(body) > maxBody {
		return answer{}, invalidAnswer("it is longer than 64 KiB")
	}
	fields, err := parseObject(body)
	if err != nil {
		return answer{}, invalidAnswer("it is not a JSON object")
	}
	token, err := asString(fields["access_token"])
	switch {
	case err != nil:
		return answer{}, invalidAnswer("access_token is not a string")
	case token == "":
		return answer{}, invalidAnswer("it has no access_token")
	case len(token) > maxToken:
		return answer{}, invalidAnswer("access_token is longer than 16 KiB")
	case !fitsHeader(token):
		return answer{}, invalidAnswer("access_token has characters that no header can carry")
	}
	kind, err := asString(fields["token_type"])
	switch {
	case err != nil:
		return answer{}, invalidAnswer("token_type is not a string")
	case kind != "" && !strings.EqualFold(strings.TrimSpace(kind), "Bearer"):
		return answer{}, invalidAnswer("token_type is not Bearer")
	}
	scope, _ := asString(fields["scope"]) // only shown
	return answer{token: token, lifetime: parseLifetime(fields["expires_in"]), scopes: strings.Fields(scope)}, nil
}

// parseLifetime reads expires_in: a positive number of seconds, perhaps with a
// fraction or as a string. It returns 0, for unknown, if it is anything else.
func parseLifetime(raw json.RawMessage) time.Duration {
	text := string(raw)
	if s, err := asString(raw); err == nil {
		text = strings.TrimSpace(s)
	}
	// ParseFloat would also accept "inf", "0x1p4" and "1_0".
	if strings.Trim(text, "0123456789+-.eE") != "" {
		return 0
	}
	seconds, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		return 0
	case seconds <= 0:
		return 0
	case seconds >= maxLifetime.Seconds():
		return maxLifetime
	}
	return time.Duration(seconds * float64(time.Second))
}

// fitsHeader reports whether every character is visible ASCII.
func fitsHeader(token string) bool {
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return false
		}
	}
	return true
}

// parseObject reads exactly one JSON object of valid UTF-8 and moderate depth. No
// name may occur twice, or two readers could disagree on what the object says.
func parseObject(data []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(data) || depth(data) > maxDepth {
		return nil, errors.New("not UTF-8, or nested too deeply")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("not an object")
	}
	fields := map[string]json.RawMessage{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string) // the decoder allows nothing else here
		if _, twice := fields[name]; twice {
			return nil, errors.New("a name occurs twice")
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		fields[name] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	return fields, nil
}

// depth returns the deepest nesting of brackets outside strings.
func depth(data []byte) int {
	deepest, now, inString := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// asString returns a JSON string's value, "" for a missing one and for null.
func asString(raw json.RawMessage) (string, error) {
	var s string
	if len(raw) == 0 {
		return "", nil
	}
	err := json.Unmarshal(raw, &s)
	return s, err
}

func invalidAnswer(reason string) *core.Error {
	return &core.Error{
		Kind: core.KindAuth, Code: core.CodeTokenInvalid, Op: opToken,
		Message: "Invalid token response: unexpected answer from token server, " + reason,
		Status:  http.StatusOK, Outcome: core.OutcomeAnswered,
	}
}
