"""What the attack knows of the product: every table and column, who is named where, every file and every log.

A test compares this with the models and with what a deployment really leaves. Whoever adds a table, a column, a file or
a log line has to come here and say on which side it stands: the attack reads all columns by itself, but somebody must
have looked at what a new one could tell.
"""

import re

# Rows nobody may be able to tie to a person.
ANONYMOUS = ("sealed_response", "response", "leaf")
# Rows somebody can be named by: table -> columns that name a member or an account.
NAMING = {
    "member": {"id"},
    "account": {"id", "member_id"},
    "invitation": {"member_id"},
    "talk": {"member_id", "interviewer_id", "created_by", "changed_by"},
    "talk_draft": {"account_id"},
    "talk_import": {"account_id"},
    "talk_revision": {"written_by"},
    "follow_up": {"owner_id"},
    "audit_entry": {"account_id"},
    "curation_undo": {"account_id"},
    "edition": {"issued_by"},
    "keyed_sheet": {"account_id"},  # who typed a paper form, which bears no name
}
_COLUMNS = {
    "account": "id organisation_id member_id username name password role language active must_change session_number "
    "failures locked_until",
    "action": "id organisation_id concern_id measure owner due_on state outcome revision",
    "audit_entry": "id organisation_id account_id action thing thing_id at",
    "banked_item": "id organisation_id title kind definition",
    "concern": "id organisation_id investigation_id label summary terms curated hidden merged_into_id revision",
    "curation_undo": "id investigation_id account_id step before after",
    "design_step": "id instrument_id revision said definition undone",
    "edition": "id organisation_id investigation_id style language title document job_id file pages sha256 issued_at "
    "issued_by",
    "excerpt": "id organisation_id investigation_id source source_id item voice start end text concern_id pinned "
    "hidden quoted",
    "follow_up": "id talk_id promise owner_id due_on state outcome",
    "instrument": "id organisation_id title language definition used_ids revision updated_at",
    "instrument_version": "id organisation_id instrument_id title language definition",
    "investigation": "id organisation_id title purpose guiding_idea arrangement emphasis population population_size "
    "starts_on ends_on findings causes proposals state revision created_at",
    "invitation": "code_hash survey_id member_id collected drew_slip",
    "job": "id organisation_id name arguments language state progress error result tries created_at heartbeat_at "
    "finished_at",
    "keyed_sheet": "survey_id number keying account_id box",
    "leaf": "leaf survey_id prefix signature commitment",
    "member": "id organisation_id number name group_id gender birth_year post duty category joined_on shift standing "
    "standing_note phone email note",
    "member_group": "id organisation_id name",
    "organisation": "id parent_id name kind language rules created_at",
    "reminder": "id survey_id sent_on by_mail people",
    "response": "id survey_id part channel complete answers",
    "roster_draft": "id organisation_id file_name rows dropped unused created_on",
    "sealed_response": "tag survey_id box",
    "slip_record": "survey_id destroyed destroyed_on witnesses",
    "survey": "id organisation_id investigation_id version_id public_id state access secrecy opens_on closes_on "
    "opened_on closed_on created_at manifest split rounds round scrutineer tally board board_signature",
    "talk": "id organisation_id investigation_id number member_id interviewer_id occasion mode place held_on minutes "
    "visibility notes state revision created_by changed_by changed_at",
    "talk_draft": "account_id talk_id content based_on saved_at",
    "talk_import": "id organisation_id account_id investigation_id file_name rows created_on",
    "talk_revision": "talk_id revision visibility content written_by written_at",
    "trial_answer": "id instrument_id answers",
}
COLUMNS = {table: frozenset(columns.split()) for table, columns in _COLUMNS.items()}
# What may lie in the data folder once a survey has been fielded and closed: nothing of the survey but the database.
FILES = re.compile(r"keys/secret_key|keys/\.closing|[^/]+\.db|[^/]+\.db-(wal|shm)")
# What the application itself may have to say while a survey is fielded: nothing.
LOG_LINES = re.compile(r"(?!)")
