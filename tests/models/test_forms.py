"""The forms as data: complete, consistent, the same id for the same meaning."""

import pytest

from models.forms import cell_id, cells, load_forms

FORMS = ("2021", "2019", "2014", "provincial")


def test_every_form_is_there_newest_first():
    years = [form.years for form in load_forms().values()]
    assert set(load_forms()) == set(FORMS)
    assert years == sorted(years, reverse=True)
    assert all(first <= last for first, last in years)
    assert all(form.id == id for id, form in load_forms().items())


@pytest.mark.parametrize(
    ("form", "tables"),
    [
        ("2021", ["disclosure", "applications", "review_litigation"]),
        ("2019", ["disclosure", "applications", "review_litigation"]),
        ("2014", ["national"]),
        ("provincial", ["provincial"]),
    ],
)
def test_tables_of_a_form(form, tables):
    assert [table.id for table in load_forms()[form].tables] == tables


@pytest.mark.parametrize(("form", "count"), [("2021", 200), ("2019", 198), ("2014", 58), ("provincial", 36)])
def test_number_of_cells(form, count):
    assert len(list(cells(load_forms()[form]))) == count


@pytest.mark.parametrize("form", FORMS)
def test_ids_are_unique_and_labels_are_printed(form):
    for table in load_forms()[form].tables:
        ids = [row.id for row in table.rows]
        assert len(ids) == len(set(ids))
        for row in table.rows:
            assert row.labels[0] == row.label
            assert all(row.labels)
            assert row.columns
            assert set(row.columns) <= set(table.columns)


@pytest.mark.parametrize("form", FORMS)
def test_parts_are_rows_of_the_same_table(form):
    for table in load_forms()[form].tables:
        ids = {row.id for row in table.rows}
        for row in table.rows:
            assert set(row.parts) <= ids - {row.id}


def test_the_same_cell_has_the_same_id_in_2019_and_2021():
    newer, older = ({id for id, _, _ in cells(load_forms()[form])} for form in ("2021", "2019"))
    for row in ("new_received", "refused.state_secret", "total", "carried_forward"):
        assert f"applications.{row}.natural_person" in newer & older
    assert "applications.other.total" in older - newer
    assert "applications.other.fee_unpaid.total" in newer - older
    assert {id for id in newer if id.startswith("review")} == {id for id in older if id.startswith("review")}


def test_cells_come_in_printed_order():
    ids = [id for id, _, _ in cells(load_forms()["2021"])]
    assert ids[:4] == [
        "disclosure.regulations.issued", "disclosure.regulations.repealed",
        "disclosure.regulations.in_force", "disclosure.normative_documents.issued",
    ]  # fmt: skip
    assert ids[-1] == "review_litigation.litigation_after_review.total"


def test_tables_of_one_value_a_row_have_no_column_in_their_ids():
    assert cell_id("national", "applications.received", "value") == "national.applications.received"
    assert cell_id("provincial", "other:某数", "year") == "provincial.other:某数"
    assert cell_id("applications", "total", "total") == "applications.total.total"


def test_every_cell_has_a_unit_but_money_that_carries_its_own():
    for form in FORMS:
        for id, row, column in cells(load_forms()[form]):
            assert (row.unit or column.unit) or id == "disclosure.procurement.amount"
    assert load_forms()["2021"].table("disclosure").row("fees").columns[0].unit == "万元"


def test_unknown_names_are_key_errors():
    form = load_forms()["2021"]
    with pytest.raises(KeyError):
        form.table("national")
    with pytest.raises(KeyError):
        form.table("applications").row("nothing")
