-- Nothing is indexed: the catalog is opened for milliseconds at a time, and an index costs more to load than it saves.
-- Uniqueness is checked by the statement before, which the lock on the file makes safe.
CREATE TABLE meta (
    key VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);

CREATE TABLE datasets (
    id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    position BIGINT NOT NULL,
    creation_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    document JSON NOT NULL
);

-- One row a version; exactly one of them is current.
CREATE TABLE merge_policies (
    id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    schema_name VARCHAR NOT NULL,
    is_default BOOLEAN NOT NULL,
    is_current BOOLEAN NOT NULL,
    is_deleted BOOLEAN NOT NULL,
    sequence BIGINT NOT NULL,
    creation_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    document JSON NOT NULL
);

CREATE TABLE segments (
    id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    description VARCHAR,
    format VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    merge_policy_id VARCHAR,
    schema_name VARCHAR NOT NULL,
    is_current BOOLEAN NOT NULL,
    is_deleted BOOLEAN NOT NULL,
    sequence BIGINT NOT NULL,
    creation_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    document JSON NOT NULL
);

-- A job lies in several tables, for DuckDB writes a changed column anew: what is large is only ever inserted, what
-- changes is small, so that a transaction takes as long after ten thousand jobs as after the first.
CREATE TABLE jobs (
    id VARCHAR NOT NULL,
    sequence BIGINT NOT NULL,
    owner VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    creation_time BIGINT NOT NULL,
    request JSON NOT NULL
);

CREATE TABLE job_states (
    id VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    update_time BIGINT NOT NULL,
    completion BIGINT
);

CREATE TABLE job_segments (
    job_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    segment_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    merge_policy_id VARCHAR NOT NULL
);

-- Of the jobs that run now; the row goes when the job ends.
CREATE TABLE job_progress (
    id VARCHAR NOT NULL,
    progress JSON NOT NULL
);

CREATE TABLE job_results (
    id VARCHAR NOT NULL,
    progress JSON NOT NULL,
    sql VARCHAR
);

CREATE VIEW job_records AS
SELECT
    jobs.id,
    jobs.sequence,
    job_states.status,
    jobs.owner,
    jobs.source,
    jobs.creation_time,
    job_states.update_time,
    job_states.completion,
    jobs.request,
    COALESCE(job_results.progress, job_progress.progress, '{}') AS progress
FROM jobs
JOIN job_states ON job_states.id = jobs.id
LEFT JOIN job_results ON job_results.id = jobs.id
LEFT JOIN job_progress ON job_progress.id = jobs.id;
