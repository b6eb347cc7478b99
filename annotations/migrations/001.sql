-- The store of the annotation loop. What people and models said is only ever added to; `answers` and the marks
-- `open`, `disputed` and `flagged` of a task follow from it and are kept by triggers.
-- Offsets are characters into the document's text, half open. Figures are JSON arrays in order of their offsets.

CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,  -- of the source's bytes
    source TEXT NOT NULL,
    text TEXT NOT NULL,
    organization TEXT,
    year INTEGER,
    purpose TEXT NOT NULL CHECK (purpose IN ('training', 'evaluation')),
    added_at TEXT NOT NULL
) STRICT;
CREATE INDEX documents_by_source ON documents (source);

CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents,
    start INTEGER NOT NULL CHECK (start >= 0),
    "end" INTEGER NOT NULL CHECK ("end" >= start),
    cell TEXT NOT NULL DEFAULT '',    -- cell id and period; empty for a passage
    detail TEXT,                      -- JSON of a cell and the rules it breaks; NULL for a passage
    position INTEGER NOT NULL,        -- in the queue
    strategy TEXT NOT NULL,
    reason TEXT NOT NULL,
    wanted INTEGER NOT NULL CHECK (wanted >= 1),  -- annotators
    open INTEGER NOT NULL DEFAULT 1,
    disputed INTEGER NOT NULL DEFAULT 0,
    flagged INTEGER NOT NULL DEFAULT 0,
    UNIQUE (document_id, start, "end", cell)
) STRICT;
CREATE INDEX tasks_open ON tasks (position) WHERE open;
CREATE INDEX tasks_disputed ON tasks (position) WHERE disputed;
CREATE INDEX tasks_flagged ON tasks (position) WHERE flagged;

CREATE TABLE suggestions (
    id INTEGER PRIMARY KEY,
    task_id INTEGER NOT NULL REFERENCES tasks,
    figures TEXT NOT NULL,
    model TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX suggestions_by_task ON suggestions (task_id);

-- Every row says all that the annotator now says of the task; answer is NULL where an undo took back the first one.
CREATE TABLE annotations (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,  -- made by whoever sends it, so that sending again adds nothing
    task_id INTEGER NOT NULL REFERENCES tasks,
    annotator TEXT NOT NULL CHECK (annotator <> ''),
    action TEXT NOT NULL CHECK (action IN ('answer', 'undo', 'redo')),
    target INTEGER REFERENCES annotations,  -- the row that is undone or redone
    answer TEXT CHECK (answer IN ('accept', 'reject', 'ignore')),
    figures TEXT NOT NULL,
    value TEXT,                -- of a cell; NULL for a blank, and for a passage
    note TEXT NOT NULL,
    flagged INTEGER NOT NULL,
    seconds REAL,
    suggestion_id INTEGER REFERENCES suggestions,  -- NULL where none was shown
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX annotations_by_annotator ON annotations (annotator, id);
CREATE INDEX annotations_by_task ON annotations (task_id, annotator, id);

CREATE TABLE adjudications (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    task_id INTEGER NOT NULL REFERENCES tasks,
    annotator TEXT NOT NULL CHECK (annotator <> ''),
    answer TEXT NOT NULL CHECK (answer IN ('accept', 'reject', 'ignore')),
    figures TEXT NOT NULL,
    value TEXT,
    note TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX adjudications_by_task ON adjudications (task_id, id);

-- Who looks at what, so that two people are not given the same task at once.
CREATE TABLE claims (
    annotator TEXT PRIMARY KEY,
    task_id INTEGER NOT NULL REFERENCES tasks,
    until TEXT NOT NULL
) STRICT;
CREATE INDEX claims_by_task ON claims (task_id);

-- The last row of each annotator about each task.
CREATE TABLE answers (
    task_id INTEGER NOT NULL REFERENCES tasks,
    annotator TEXT NOT NULL,
    annotation_id INTEGER NOT NULL REFERENCES annotations,
    answer TEXT,
    said TEXT NOT NULL,
    flagged INTEGER NOT NULL,
    PRIMARY KEY (task_id, annotator)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_annotator ON answers (annotator) WHERE answer IS NOT NULL;

CREATE TRIGGER annotation_added AFTER INSERT ON annotations BEGIN
    INSERT INTO answers VALUES (
        new.task_id, new.annotator, new.id, new.answer,
        coalesce(new.answer, '') || new.figures || coalesce(new.value, 'blank'), new.flagged
    ) ON CONFLICT DO UPDATE SET
        annotation_id = excluded.annotation_id, answer = excluded.answer, said = excluded.said, flagged = excluded.flagged;
    UPDATE tasks SET wanted = wanted WHERE id = new.task_id;
END;
CREATE TRIGGER adjudication_added AFTER INSERT ON adjudications BEGIN
    UPDATE tasks SET wanted = wanted WHERE id = new.task_id;
END;
CREATE TRIGGER task_changed AFTER UPDATE OF wanted ON tasks BEGIN
    UPDATE tasks SET
        open = NOT EXISTS (SELECT 1 FROM adjudications WHERE task_id = new.id) AND new.wanted > (
            SELECT count(*) FROM answers WHERE task_id = new.id AND answer IN ('accept', 'reject')
        ),
        disputed = NOT EXISTS (SELECT 1 FROM adjudications WHERE task_id = new.id) AND 1 < (
            SELECT count(DISTINCT said) FROM answers WHERE task_id = new.id AND answer IN ('accept', 'reject')
        ),
        flagged = NOT EXISTS (SELECT 1 FROM adjudications WHERE task_id = new.id) AND EXISTS (
            SELECT 1 FROM answers WHERE task_id = new.id AND answer IS NOT NULL AND flagged
        )
    WHERE id = new.id;
END;

CREATE TRIGGER annotations_stay BEFORE UPDATE ON annotations BEGIN SELECT raise(ABORT, 'annotations are never changed'); END;
CREATE TRIGGER annotations_remain BEFORE DELETE ON annotations BEGIN SELECT raise(ABORT, 'annotations are never deleted'); END;
CREATE TRIGGER adjudications_stay BEFORE UPDATE ON adjudications BEGIN SELECT raise(ABORT, 'adjudications are never changed'); END;
CREATE TRIGGER adjudications_remain BEFORE DELETE ON adjudications BEGIN SELECT raise(ABORT, 'adjudications are never deleted'); END;
CREATE TRIGGER suggestions_stay BEFORE UPDATE ON suggestions BEGIN SELECT raise(ABORT, 'suggestions are never changed'); END;
CREATE TRIGGER suggestions_remain BEFORE DELETE ON suggestions BEGIN SELECT raise(ABORT, 'suggestions are never deleted'); END;
CREATE TRIGGER texts_stay BEFORE UPDATE OF text, sha256 ON documents BEGIN SELECT raise(ABORT, 'texts are never changed'); END;
