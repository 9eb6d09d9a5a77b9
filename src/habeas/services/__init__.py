"""One verb a file. The only floor that opens files of a case; every verb takes paths and returns records."""
