package cli

import (
	"math"
	"strconv"
	"strings"
)

// bound is a number of people or rows, or a percentage of them. The zero value is no
// bound.
type bound struct {
	Given   bool
	N       int64
	Percent float64 // instead of N, if IsShare
	IsShare bool
}

// parse reads N or N%. what is counted, for the hint.
func (b *bound) parse(text, what string) (accepted string) {
	accepted = "it is a number of " + what + ", or a percentage such as 2%"
	if number, isShare := strings.CutSuffix(text, "%"); isShare {
		percent, err := strconv.ParseFloat(number, 64)
		if err != nil || !(percent >= 0 && percent <= 100) {
			return accepted
		}
		*b = bound{Given: true, Percent: percent, IsShare: true}
		return ""
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return accepted
	}
	*b = bound{Given: true, N: n}
	return ""
}

// of returns the bound as a number, where there are all.
func (b bound) of(all int64) int64 {
	if b.IsShare {
		return int64(math.Floor(float64(all) * b.Percent / 100))
	}
	return b.N
}
