module github.com/ciobulk/ciobulk

go 1.26.0

require golang.org/x/time v0.16.0

require github.com/klauspost/compress v1.20.3 // indirect
