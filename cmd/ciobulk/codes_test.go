package main

// The exit codes that scripts branch on, as the documentation promises them.
const (
	exitDone        = 0
	exitBroken      = 1
	exitUsage       = 2
	exitRejected    = 3
	exitBudget      = 4
	exitUnavailable = 5
	exitCredentials = 6
	exitLocked      = 7
	exitInterrupted = 130
)
