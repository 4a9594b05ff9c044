package importer

// member cuts the first member off the inside of a JSON object that was written
// without white space: its name and its value as they stand, and what follows.
func member(object []byte) (name, value, rest []byte) {
	n := jsonEnd(object)
	name, object = object[:n], object[n+1:]
	n = jsonEnd(object)
	return name, object[:n], object[n:]
}

// jsonEnd returns where the value at the beginning of text ends.
func jsonEnd(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}
