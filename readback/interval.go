package readback

import "math"

// Confidence is that of intervals.
const Confidence = 0.99

// Interval returns between which shares of all people differ, with the confidence, if
// differ of a sample of n do: exact binomial bounds. Where none differs, the upper bound
// is one-sided; otherwise the bounds are those of Clopper and Pearson.
func Interval(differ, n int64) (low, high float64) {
	k, m := float64(differ), float64(n)
	switch {
	case n == 0:
		return 0, 1
	case differ == 0:
		return 0, -math.Expm1(math.Log(1-Confidence) / m)
	case differ == n:
		return math.Exp(math.Log(1-Confidence) / m), 1
	}
	tail := (1 - Confidence) / 2
	return quantile(tail, k, m-k+1), quantile(1-tail, k+1, m-k)
}

// quantile returns where the beta distribution reaches p.
func quantile(p, a, b float64) float64 {
	low, high := 0.0, 1.0
	for range 200 {
		middle := (low + high) / 2
		if beta(middle, a, b) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// beta is the regularised incomplete beta function, by its continued fraction.
func beta(x, a, b float64) float64 {
	if x <= 0 || x >= 1 {
		return math.Max(0, math.Min(1, x))
	}
	if x > (a+1)/(a+b+2) {
		return 1 - beta(1-x, b, a)
	}
	ab, _ := math.Lgamma(a + b)
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	front := math.Exp(ab - la - lb + a*math.Log(x) + b*math.Log1p(-x))
	const tiny = 1e-300
	c, d := 1.0, 0.0
	f := 1.0
	for i := range 100_000 {
		m := float64(i / 2)
		term := 1.0
		switch {
		case i == 0:
		case i%2 == 0:
			term = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		default:
			term = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		d = 1 + term*d
		if math.Abs(d) < tiny {
			d = tiny
		}
		d = 1 / d
		c = 1 + term/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		f *= c * d
		if math.Abs(1-c*d) < 1e-15 {
			break
		}
	}
	return front / a * (f - 1)
}
