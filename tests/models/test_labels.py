"""The narrative labels, and the cells that mean the same."""

from models.forms import cells, load_forms
from models.labels import load_label_cells, load_labels


def test_labels_have_names_units_and_meanings():
    labels = load_labels()
    assert len(labels) == 67
    for id, label in labels.items():
        assert label.id == id
        assert label.zh and label.meaning and label.units
    assert len({label.zh for label in labels.values()}) == len(labels)


def test_single_and_many():
    assert load_labels()["applications.received"].single
    assert not load_labels()["capacity.trainings"].single


def test_rates_and_nothing_else_carry_a_percent_sign():
    for id, label in load_labels().items():
        assert ("%" in label.units) == id.startswith("rate.")


def test_label_cells_name_labels_and_cells_that_exist():
    known = {id for form in load_forms().values() for id, _, _ in cells(form)}
    for label, sums in load_label_cells().items():
        assert label in load_labels()
        assert sums
        for ids in sums:
            assert ids
            assert set(ids) <= known


def test_no_alternative_mixes_forms():
    for sums in load_label_cells().values():
        for ids in sums:
            assert len({id.split(".")[0] for id in ids}) == 1


def test_a_cell_means_one_label_at_most():
    single = [ids[0] for sums in load_label_cells().values() for ids in sums if len(ids) == 1]
    assert len(single) == len(set(single))


def test_the_pairs_that_the_contract_names():
    pairs = load_label_cells()
    assert pairs["applications.received"][0] == ("applications.new_received.total",)
    assert pairs["review.reconsiderations"][0] == ("review_litigation.reconsideration.total",)
    assert pairs["review.litigations"][0] == (
        "review_litigation.litigation_direct.total",
        "review_litigation.litigation_after_review.total",
    )
