"""From findings to pages: what may leave, how it is told, and the file that holds it. Nothing here opens the case folder."""
