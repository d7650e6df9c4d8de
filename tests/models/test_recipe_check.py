import pytest

from qsospec_duck.errors import ConfigError
from qsospec_duck.models.recipe_check import COMPONENT_KEYS, KEYS, explain_recipe
from qsospec_duck.models.recipes import load_recipe, parse_recipe

GOOD = """
id = "mine"
windows = [[8350.0, 8550.0]]
required = ["oi8449"]

[[component]]
name = "oi8449_broad"
lines = ["oi8449"]
role = "broad"
fwhm = [[900.0, 10000.0]]
velocity = [-2000.0, 2000.0]
"""


def explained(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return explain_recipe(path)


def test_a_good_recipe_has_no_mistakes_and_loads(tmp_path):
    assert explained(tmp_path, GOOD) == ()
    assert load_recipe(str(tmp_path / "mine.toml")).recipe_id == "mine"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "mine"', 'id = "civ"', "that of a packaged recipe"),
        ("required", "requierd", "unknown key 'requierd'; did you mean required?"),
        ("velocity", "velocty", "unknown key 'velocty'; did you mean velocity?"),
        ('lines = ["oi8449"]', 'lines = ["oi8446"]', "has no 'oi8446'; did you mean oi8449"),
        ('required = ["oi8449"]', 'required = ["ha"]', "required line 'ha' is in no component"),
        ('lines = ["oi8449"]', 'lines = ["ha"]', "ha at 6564.6 Å lies in none of the windows"),
        ("10000.0", "90000.0", "no emission line"),
        ("fwhm = [[900.0, 10000.0]]", "fwhm = [[900.0, 9000.0], [500.0, 2000.0]]", "from narrow to wide"),
        ("[[component]]", "[component]", "written [[component]]"),
        ("role", "= role", "not a TOML file"),
    ],
)
def test_a_mistake_is_explained(tmp_path, old, new, words):
    assert any(words in problem for problem in explained(tmp_path, GOOD.replace(old, new)))


def test_all_mistakes_are_told_at_once(tmp_path):
    text = GOOD.replace("required", "requierd").replace("velocity", "velocty").replace('oi8449"]', 'oi8446"]')
    problems = explained(tmp_path, text)
    assert sum("did you mean" in problem for problem in problems) == 3


def test_bands_that_a_shared_group_ignores_are_told(tmp_path):
    second = GOOD[GOOD.index("[[component]]") :].replace("oi8449_broad", "second").replace("900.0", "700.0")
    text = (GOOD + second).replace('role = "broad"', 'role = "broad"\nkinematics = "same"')
    assert any("those of 'oi8449_broad' count" in problem for problem in explained(tmp_path, text))


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert "no such file" in explain_recipe(tmp_path / "none.toml")[0]


@pytest.mark.parametrize(
    ("content", "keys"),
    [({"zzz": 1}, KEYS), ({"windows": [[1.0, 2.0]], "component": [{"name": "a", "zzz": 1}]}, COMPONENT_KEYS)],
)
def test_the_keys_are_those_that_the_parser_knows(content, keys):
    with pytest.raises(ConfigError) as refusal:
        parse_recipe("mine.toml", content)
    known = str(refusal.value).split("known are ")[1].rstrip(".").split(", ")
    assert sorted(keys) == known
