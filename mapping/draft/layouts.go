package draft

import (
	"slices"
	"strings"
)

// The parts of layouts. Of layouts that read the same text, the strict ones and those
// with the day first come first.
var (
	dateLayouts = []string{
		"%d.%m.%Y", "%-d.%-m.%Y", "%d.%m.%y", "%-d.%-m.%y",
		"%d/%m/%Y", "%m/%d/%Y", "%-d/%-m/%Y", "%-m/%-d/%Y", "%d/%m/%y", "%m/%d/%y", "%-d/%-m/%y", "%-m/%-d/%y",
		"%d-%m-%Y", "%m-%d-%Y", "%-d-%-m-%Y", "%-m-%-d-%Y", "%Y/%m/%d", "%Y/%-m/%-d", "%Y.%m.%d",
		"%-d %b %Y", "%-d %B %Y", "%b %-d, %Y", "%B %-d, %Y", "%b %-d %Y", "%-d-%b-%Y", "%-d-%b-%y", "%Y-%m-%d", "%Y-%-m-%-d",
	}
	timeLayouts = []string{
		"", " %H:%M", " %H:%M:%S", " %-I:%M %p", " %-I:%M:%S %p", " %-I:%M %P", " %-I:%M:%S %P", " %-I:%M%p", " %-I:%M%P",
		", %H:%M", ", %H:%M:%S", ", %-I:%M %p", ", %-I:%M:%S %p", ", %-I:%M %P", ", %-I:%M:%S %P",
	}
)

// wholeLayouts are those that programs write: with an offset, or with a word that
// says UTC, or of an order of their own.
var wholeLayouts = []struct {
	layout string
	zone   layoutZone
}{
	{"%Y-%m-%d %H:%M:%S %z", hasOffset}, {"%Y-%m-%d %H:%M:%S %:z", hasOffset}, {"%Y-%m-%d %H:%M %z", hasOffset}, // Rails, SQL Server
	{"%Y-%m-%d %H:%M:%S UTC", saysUTC}, {"%Y-%m-%d %H:%M UTC", saysUTC}, {"%Y-%m-%d %H:%M:%S %z UTC", hasOffset}, // BigQuery, Ruby, Go
	{"%Y-%m-%dT%H:%M:%S UTC", saysUTC}, {"%Y-%m-%d %H:%M:%S GMT", saysUTC},
	{"%Y%m%dT%H%M%SZ", saysUTC}, {"%Y%m%dT%H%M%S%z", hasOffset}, {"%Y%m%dT%H%M%S", noZone}, {"%Y%m%dT%H%MZ", saysUTC}, {"%Y%m%dT%H%M", noZone}, // basic ISO 8601
	{"%a, %-d %b %Y %H:%M:%S %z", hasOffset}, {"%-d %b %Y %H:%M:%S %z", hasOffset}, {"%a, %-d %b %Y %H:%M:%S GMT", saysUTC}, // RFC 2822
	{"%a, %-d %b %Y %H:%M:%S UTC", saysUTC}, {"%a, %-d %b %Y %H:%M %z", hasOffset},
	{"%a %b %d %Y %H:%M:%S GMT%z", hasOffset}, {"%a %b %d %Y", noZone}, // JavaScript
	{"%a %b %e %H:%M:%S %Y", noZone}, {"%a %b %d %H:%M:%S %z %Y", hasOffset}, {"%a %b %e %H:%M:%S UTC %Y", saysUTC}, // C, Twitter, date
	{"%d/%b/%Y:%H:%M:%S %z", hasOffset},                                                                              // logs of web servers
	{"%Y-%m-%d-%H.%M.%S", noZone}, {"%Y%m%d %H%M%S", noZone}, {"%A, %B %-d, %Y", noZone}, {"%a, %b %-d, %Y", noZone}, // DB2, and the long forms of spreadsheets
	{"%-d-%b-%y %-I.%M.%S %p", noZone}, {"%-d-%b-%Y %-I.%M.%S %p", noZone}, // Oracle
}

// layoutZone is how a text of a layout names its zone.
type layoutZone int

const (
	noZone layoutZone = iota
	hasOffset
	saysUTC
)

// twin returns the layout with day and month exchanged, or nothing if dates are not
// written that way.
func twin(layout string) string {
	date, clock, _ := strings.Cut(layout, " ")
	swapped := strings.NewReplacer("%d", "%m", "%m", "%d", "%-d", "%-m", "%-m", "%-d").Replace(date)
	if swapped == date || !slices.Contains(dateLayouts, strings.TrimSuffix(swapped, ",")) {
		return ""
	}
	if clock != "" {
		swapped += " " + clock
	}
	return swapped
}

// exchanged returns the trial of fit that reads the values as well as the first one,
// with day and month exchanged, or nil.
func exchanged(fit []*trial) *trial {
	layout := twin(fit[0].layout())
	for _, t := range fit[1:] {
		if layout != "" && t.layout() == layout && t.fails == fit[0].fails {
			return t
		}
	}
	return nil
}
