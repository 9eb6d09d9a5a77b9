"""Files into exhibits, text and statements. What is read from outside is named ``untrusted_…`` until it is parsed."""
