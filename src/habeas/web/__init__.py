"""The caseworker's screens: a local web application over the same verbs as the command line. It listens on loopback alone and asks nobody outside."""
