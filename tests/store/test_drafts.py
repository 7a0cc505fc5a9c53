"""Drafts: what is read, what is refused and with which words, and that files are unharmed."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.store.samples import CANONICAL
from tui.domain.draft import Draft
from tui.domain.errors import BadInput, DraftInvalid, NoSuchDraft, StoreError
from tui.store.drafts import END, HEAD, DraftStore, dumps, is_id, loads, slug


def put(store: DraftStore, text: str, name: str = "codestral-2501") -> Path:
    path = store.folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(store: DraftStore, text: str) -> DraftInvalid:
    """The error that loading `text` gives; the file must be unharmed by it."""
    path = put(store, text)
    with pytest.raises(DraftInvalid) as caught:
        store.load("codestral-2501")
    assert path.read_text(encoding="utf-8") == text
    assert str(path) in str(caught.value)
    assert "not changed" in caught.value.hint
    return caught.value


def test_a_file_of_ours_that_ends_between_two_lines_is_known_to_be_cut_short(store: DraftStore) -> None:
    lines = dumps(loads(CANONICAL)).splitlines(keepends=True)
    for count in range(1, len(lines)):
        text = "".join(lines[:count])
        (store.folder / "codestral-2501.toml").write_text(text, encoding="utf-8")
        with pytest.raises(DraftInvalid):
            store.load("codestral-2501")


def test_the_canonical_form_is_written_as_it_is_read(store: DraftStore) -> None:
    put(store, CANONICAL)
    draft = store.load("codestral-2501")
    assert dumps(draft) == f"{HEAD}\n\n{CANONICAL}\n{END}\n"
    assert draft.baseline[0].since is not None
    assert [step.percentage for step in draft.phases[2].steps] == [1, 10, 25, 50, 75, 100]
    assert draft.issues[1].labels == ()


def test_an_empty_draft_shows_what_there_is_to_fill_in() -> None:
    text = dumps(Draft(schema=1, id="x"))
    assert 'title = ""' in text
    assert "[flag]" in text
    assert "checks" not in text
    assert "labels" not in text


def test_labels_left_out_and_no_labels_are_two_things(draft: Draft) -> None:
    issue = replace(draft.issues[0], labels=None)
    assert loads(dumps(replace(draft, issues=(issue,)))).issues[0].labels is None


@pytest.mark.parametrize("share", [0.1, 0.35, 0.62, 0.8, 0.99])
def test_a_file_cut_short_is_never_read_as_something_else(store: DraftStore, share: float) -> None:
    text = CANONICAL[: int(len(CANONICAL) * share)].rstrip("\n")
    while not text.endswith(("= ", '= "', "[", '"l')):  # back to the middle of something
        text = text[:-1]
    error = refused(store, text)
    assert len(error.problems) == 1
    assert error.problems[0].path.startswith("line ")


def test_a_text_cut_off_in_the_middle_says_that_the_file_ends_there(store: DraftStore) -> None:
    error = refused(store, CANONICAL[: CANONICAL.index("Tell us")])
    assert error.problems[0].path.startswith("line ")
    assert "cut short" in error.problems[0].allowed


def test_the_backup_is_named_when_there_is_one(store: DraftStore, draft: Draft) -> None:
    store.save(draft)
    store.save(replace(draft, title="Two"))
    error = refused(store, "schema = 1\nid = ")
    assert "codestral-2501.toml.bak" in error.hint


def test_an_empty_file_is_said_to_be_empty(store: DraftStore) -> None:
    assert refused(store, "").problems[0].message == "the file is empty"


def test_wrong_types_unknown_keys_and_missing_ones_come_all_at_once(store: DraftStore) -> None:
    text = CANONICAL.replace('target = "instance"', 'target = "instanz"')
    text = text.replace("confidential = true", 'confidential = "yes"').replace("vendor =", "vendr =")
    text = (
        text.replace('actor = "user"', "environment = 5")
        .replace("percentage = 10,", 'percentage = "10",')
        .replace('region = "us-east"\n', "")
    )
    error = refused(store, text)
    problems = {problem.path: problem for problem in error.problems}
    assert problems["flag.target"].allowed == "one of: instance, project, chatops"
    assert problems["issues[0].confidential"].message == 'is the text "yes"'
    assert problems["model.vendr"].allowed == "did you mean vendor?"
    assert "phases[2].steps[1].percentage" in problems
    assert problems["capacity[0].region"].message == "is missing"
    assert str(problems["flag.environment"]) == "flag.environment: is the number 5 (a text in quotes is needed here)"
    assert problems["phases[2].steps[1].percentage"].allowed == "a number is needed here"
    assert len(problems) == 6
    assert all(str(problem) in str(error) for problem in error.problems)


def test_a_syntax_error_names_its_line(store: DraftStore) -> None:
    text = CANONICAL.replace('guide = "v1"', "guide = v1")
    assert refused(store, text).problems[0].path == "line 4, column 9"


@pytest.mark.parametrize("text", ["a = " + "[" * 50_000, "a = " + "9" * 5_000, "d = 2026-13-40"])
def test_hostile_toml_is_an_ordinary_problem(store: DraftStore, text: str) -> None:
    assert len(refused(store, text).problems) == 1


def test_a_schema_from_the_future_asks_for_an_update(store: DraftStore) -> None:
    error = refused(store, CANONICAL.replace("schema = 1", "schema = 2") + "\n[new_table]\nx = 1\n")
    assert [problem.path for problem in error.problems] == ["schema"]
    assert "newer rollout-tui" in str(error)
    assert "update rollout-tui" in str(error)


@pytest.mark.parametrize("schema", ["0", '"1"', "true", "1.5"])
def test_other_schemas_are_refused(store: DraftStore, schema: str) -> None:
    assert refused(store, CANONICAL.replace("schema = 1", f"schema = {schema}")).problems[0].path == "schema"


def test_what_is_not_utf8_names_the_line(store: DraftStore) -> None:
    (store.folder / "x.toml").write_bytes(b'schema = 1\nid = "\xff"\n')
    with pytest.raises(DraftInvalid, match=r"0xff in line 2"):
        store.load("x")


def test_a_byte_order_mark_and_windows_line_ends_are_read(store: DraftStore, draft: Draft) -> None:
    (store.folder / "codestral-2501.toml").write_bytes(b"\xef\xbb\xbf" + CANONICAL.replace("\n", "\r\n").encode())
    assert store.load("codestral-2501") == draft


def test_escape_sequences_of_a_file_do_not_get_into_messages(store: DraftStore) -> None:
    error = refused(store, CANONICAL.replace('vendor = "Mistral"', '"ven\\u001b[31mdor" = "\\u202e"'))
    assert "\x1b" not in str(error) + "".join(str(problem) for problem in error.problems)


def test_the_id_is_the_files_name_in_the_drafts_folder_only(store: DraftStore, tmp_path: Path) -> None:
    put(store, CANONICAL, "other")
    with pytest.raises(DraftInvalid, match="it must be the file's name, other"):
        store.load("other")
    elsewhere = tmp_path / "mailed.toml"
    elsewhere.write_text(CANONICAL, encoding="utf-8")
    assert store.load(elsewhere).id == "codestral-2501"
    assert store.load(str(elsewhere)).id == "codestral-2501"


def test_an_id_that_is_no_slug_is_refused(store: DraftStore, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(CANONICAL.replace('id = "codestral-2501"', 'id = "../../x"', 1), encoding="utf-8")
    with pytest.raises(DraftInvalid, match="small letters"):
        store.load(path)


def test_a_name_that_is_not_there_gets_its_nearest(store: DraftStore, draft: Draft) -> None:
    store.save(draft)
    with pytest.raises(NoSuchDraft, match="did you mean codestral-2501"):
        store.load("codestral-25")
    with pytest.raises(NoSuchDraft, match="no file"):
        store.load("nowhere/x.toml")
    assert store.load("codestral-2501.toml") == draft


def test_a_folder_instead_of_a_file_is_a_store_error(store: DraftStore) -> None:
    (store.folder / "x.toml").mkdir()
    with pytest.raises(StoreError, match=r"cannot read .*x\.toml"):
        store.load("x")


@pytest.mark.parametrize("name", ["../x", "", "X", "a" * 64, "a b", "-a", "a\n"])
def test_only_slugs_name_files(store: DraftStore, draft: Draft, name: str) -> None:
    assert not is_id(name)
    with pytest.raises(BadInput):
        store.save(replace(draft, id=name))
    assert store.ids() == []


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Codestral 25.01", "codestral-25-01"),
        ("  Modèle Été!  ", "modele-ete"),
        ("模型", "rollout"),
        ("", "rollout"),
        ("x" * 80, "x" * 63),
        ("a" * 62 + " b", "a" * 62),
    ],
)
def test_slugs(title: str, wanted: str) -> None:
    assert slug(title) == wanted
    assert is_id(slug(title))


def test_create_never_takes_an_id_that_is_there(store: DraftStore) -> None:
    made = [store.create(Draft(schema=1, id="", title="x" * 80)) for _ in range(3)]
    assert [len(draft.id) for draft in made] == [63, 63, 63]
    assert store.ids() == sorted(draft.id for draft in made)
    assert all(store.load(draft.id) == draft for draft in made)


def test_duplicate_is_a_draft_of_its_own(store: DraftStore, draft: Draft) -> None:
    store.save(replace(draft, sample=True))
    copy = store.duplicate("codestral-2501")
    assert (copy.id, copy.title) == ("codestral-25-01-for-code-completion-copy", f"{draft.title} (copy)")
    assert not copy.sample
    assert replace(copy, id=draft.id, title=draft.title) == draft
    assert store.load(copy.id) == copy


def test_save_keeps_the_version_before_and_delete_the_last(store: DraftStore, draft: Draft) -> None:
    path = store.save(draft)
    store.save(replace(draft, title="Two"))
    store.save(replace(draft, title="Two"))  # nothing changed: the backup must not become the same
    backup = path.with_name(path.name + ".bak")
    assert loads(backup.read_text(encoding="utf-8")) == draft
    assert store.delete(draft.id) == backup
    assert store.ids() == []
    assert loads(backup.read_text(encoding="utf-8")).title == "Two"
    with pytest.raises(NoSuchDraft):
        store.delete(draft.id)


def test_there_are_no_drafts_before_the_first(store: DraftStore) -> None:
    store.folder.rmdir()
    assert store.ids() == []
    with pytest.raises(NoSuchDraft):
        store.load("x")
