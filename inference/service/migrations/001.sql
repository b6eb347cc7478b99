-- What the service has read and what waits to be read. Uploads lie beside this file under names of their own and are
-- removed when the last document in them is done.

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    finished_at TEXT,             -- NULL while something waits or is read
    cancelled INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_by_age ON jobs (created_at);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs,
    position INTEGER NOT NULL,    -- of the file in the job
    name TEXT NOT NULL,           -- of the file, as its sender calls it
    upload TEXT NOT NULL,         -- of the file, as it lies here
    member TEXT,                  -- in the archive that the file is; NULL for a file that is a document, or an archive to be taken apart
    source TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    record_id TEXT,
    code TEXT,
    message TEXT
) STRICT;
CREATE INDEX documents_by_job ON documents (job_id, position, id);
CREATE INDEX documents_waiting ON documents (id) WHERE state = 'waiting';
CREATE INDEX documents_unfinished ON documents (upload) WHERE state IN ('waiting', 'running');
CREATE INDEX documents_by_record ON documents (record_id);

CREATE TABLE records (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,      -- sha256 of the document
    organization TEXT,
    year INTEGER,
    form TEXT NOT NULL,
    record TEXT NOT NULL,         -- JSON
    text TEXT NOT NULL,           -- that its offsets point into
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX records_by_organization ON records (organization, year);
