-- The index: disposable, encrypted, made anew from the log whenever it is missing, of another version, or of another epoch.
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE device (dev TEXT PRIMARY KEY, n INTEGER NOT NULL, h BLOB NOT NULL, segment TEXT NOT NULL, end INTEGER NOT NULL,
                     size INTEGER NOT NULL, roots BLOB, lamport INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE frame (dev TEXT NOT NULL, n INTEGER NOT NULL, h BLOB NOT NULL, lamport INTEGER NOT NULL, t TEXT NOT NULL, state TEXT NOT NULL, body BLOB,
                    PRIMARY KEY (dev, n)) STRICT, WITHOUT ROWID;
CREATE TABLE event (seq INTEGER PRIMARY KEY, lamport INTEGER NOT NULL, dev TEXT NOT NULL, n INTEGER NOT NULL, i INTEGER NOT NULL,
                    e TEXT NOT NULL, line BLOB NOT NULL) STRICT;
CREATE TABLE item (id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (id, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE seen (dev TEXT NOT NULL, other TEXT NOT NULL, n INTEGER NOT NULL, h TEXT NOT NULL, PRIMARY KEY (dev, other)) STRICT, WITHOUT ROWID;
CREATE TABLE gone (payload TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE indexed (payload TEXT PRIMARY KEY, id TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (payload UNINDEXED, exact, stems, latin, tokenize = "unicode61 remove_diacritics 0 tokenchars '_'");
