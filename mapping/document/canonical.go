package document

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// Canonical returns bytes that are the same for all documents with the same values:
// whatever their comments, their layout, and the order of their keys.
func (n Node) Canonical() []byte { return appendCanonical(nil, n) }

func appendCanonical(dst []byte, n Node) []byte {
	dst = append(dst, byte(n.Kind))
	switch n.Kind {
	case List:
		dst = binary.AppendUvarint(dst, uint64(len(n.Items)))
		for _, item := range n.Items {
			dst = appendCanonical(dst, item)
		}
	case Mapping:
		dst = binary.AppendUvarint(dst, uint64(len(n.Pairs)))
		pairs := slices.SortedFunc(slices.Values(n.Pairs), func(a, b Pair) int {
			return cmp.Or(strings.Compare(a.Key.Value, b.Key.Value), cmp.Compare(a.Key.Kind, b.Key.Kind))
		})
		for _, p := range pairs {
			dst = appendCanonical(appendCanonical(dst, p.Key), p.Value)
		}
	case Null:
	default:
		dst = append(binary.AppendUvarint(dst, uint64(len(n.Value))), n.Value...)
	}
	return dst
}
