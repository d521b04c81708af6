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
    "account_session": {"account_id"},  # a member's tells the day, never the moment
    "account_invitation": {"account_id"},
    "authenticator_app": {"account_id"},
    "passkey": {"account_id"},
    "passkey_challenge": {"account_id"},
    "recovery_code": {"account_id"},
    "invitation": {"member_id"},
    "talk": {"member_id", "interviewer_id", "created_by", "changed_by"},
    "talk_draft": {"account_id"},
    "talk_import": {"account_id"},
    "talk_revision": {"written_by"},
    "talk_reader": {"account_id"},
    "talk_scan": {"added_by"},
    "talk_event": {"member_id", "added_by"},
    "calendar_feed": {"account_id"},
    "reader_key": {"account_id"},
    "follow_up": {"owner_id"},
    "audit_entry": {"account_id"},
    "curation_undo": {"account_id"},
    "action": {"owner_id"},  # who is to act, chosen by the secretary
    "reply": {"drafted_by", "approved_by"},
    "edition": {"issued_by", "withdrawn_by"},
    "report_wording": {"changed_by"},
    "keyed_sheet": {"account_id"},  # who typed a paper form, which bears no name
}
_COLUMNS = {
    "account": "id organisation_id member_id username name password role language active must_change session_number "
    "failures locked_until",
    "account_invitation": "account_id token_hash expires_on",
    "account_session": "id account_id token_hash device started_on seen_at",
    "authenticator_app": "account_id secret proven spent made_on",
    "failed_entry": "place name day tries rest_until",
    "passkey": "id account_id credential_id public_key sign_count name made_on",
    "passkey_challenge": "account_id challenge until",
    "recovery_code": "account_id code_hash",
    "action": "id organisation_id concern_id number problem source measure unit owner owner_id checker due_on "
    "due_working_days state outcome evidence reason review_on closed_on note revision",
    "activity": "id organisation_id investigation_id title held_on place present minutes revision changed_at",
    "audit_entry": "id organisation_id account_id action thing thing_id at seq previous digest",
    "audit_head": "organisation_id seq digest",
    "banked_item": "id organisation_id title kind definition",
    "board": "organisation_id token access title introduction changed_on revision",
    "concern": "id organisation_id investigation_id label summary terms curated hidden merged_into_id theme category "
    "includes excludes reply_class raised_on thread_id thread_fixed revision",
    "concern_thread": "id organisation_id label",
    "curation_undo": "id investigation_id account_id step before after",
    "design_step": "id instrument_id revision said definition undone",
    "edition": "id organisation_id investigation_id year number style language variant title document document_sha256 "
    "engine job_id file pages sha256 issued_at issued_by withdrawn_at withdrawn_by withdrawn_reason",
    "excerpt": "id organisation_id investigation_id source source_id item voice start end text kind focus "
    "redactions concern_id pinned hidden quoted",
    "calendar_feed": "account_id token_digest made_on",
    "day_off": "organisation_id day worked name",
    "envelope": "id organisation_id content",
    "envelope_key": "envelope_id key_id box",
    "follow_up": "id talk_id envelope_id promise owner_id due_on state outcome settled_on",
    "guide": "id organisation_id title occasion opening archived revision",
    "instrument": "id organisation_id title language definition used_ids revision updated_at",
    "instrument_version": "id organisation_id instrument_id title language definition",
    "investigation": "id organisation_id title purpose guiding_idea arrangement emphasis population population_size "
    "starts_on ends_on findings causes proposals grounds state revision created_at",
    "invitation": "code_hash survey_id member_id collected drew_slip",
    "job": "id organisation_id name arguments language state progress error result tries created_at heartbeat_at "
    "finished_at",
    "keyed_sheet": "survey_id number keying account_id box",
    "key_grant": "key_id holder_id box",
    "leaf": "leaf survey_id prefix signature commitment",
    "member": "id organisation_id number name group_id gender birth_year post duty category joined_on shift standing "
    "standing_note phone email note",
    "member_group": "id organisation_id name",
    "organisation": "id parent_id name kind language rules created_at",
    "reader_key": "id organisation_id account_id audience public salt locked recovery made_on retired_on",
    "reply": "id organisation_id concern_id said did outcome state drafted_by approved_by returned drafted_on "
    "published_on withdrawn_on revision",
    "reply_question": "id reply_id instrument_id item",
    "report_draft": "id organisation_id investigation_id style language head revision",
    "report_rendering": "id organisation_id sha256 style format variant document job_id file pages used_at",
    "report_wording": "id organisation_id investigation_id language passage text generated changed_at changed_by "
    "revision",
    "reminder": "id survey_id sent_on by_mail people",
    "response": "id survey_id part channel complete answers",
    "roster_draft": "id organisation_id file_name rows dropped unused created_on",
    "search_place": "key_id talk_id revision shelf_id",
    "search_shelf": "id key_id content",
    "sealed_response": "tag survey_id box",
    "slip_record": "survey_id destroyed destroyed_on witnesses",
    "survey": "id organisation_id investigation_id version_id public_id state access secrecy opens_on closes_on "
    "opened_on closed_on created_at manifest split rounds round scrutineer tally board board_signature",
    "talk": "id organisation_id investigation_id number member_id interviewer_id occasion mode place held_on minutes "
    "visibility envelope_id notes sketch device_key guide_id shown_on agreed_on filed_on filed_digest filed_number "
    "state revision created_by changed_by changed_at",
    "talk_correction": "id talk_id envelope_id state written_on",
    "talk_draft": "account_id talk_id device content sealed based_on saved_at",
    "talk_event": "id organisation_id member_id kind happened_on due_on state talk_id reason closed_on added_by",
    "talk_import": "id organisation_id account_id investigation_id file_name rows sealed created_on",
    "talk_passage": "id talk_id position kind text",
    "talk_reader": "talk_id account_id",
    "talk_revision": "talk_id revision visibility envelope_id content written_by written_at",
    "talk_rules": "organisation_id content",
    "talk_scan": "id talk_id envelope_id file_name kind size digest added_by added_on",
    "topic": "id guide_id position title probes",
    "trial_answer": "id instrument_id answers",
    "vocabulary": "organisation_id words stop revision",
    "worker": "name started_at seen_at",
}
COLUMNS = {table: frozenset(columns.split()) for table, columns in _COLUMNS.items()}
# What may lie in the data folder once a survey has been fielded and closed: nothing of the survey but the database.
FILES = re.compile(r"keys/secret_key|keys/\.closing|[^/]+\.db|[^/]+\.db-(wal|shm)")
# What the application itself may have to say while a survey is fielded: nothing.
LOG_LINES = re.compile(r"(?!)")
