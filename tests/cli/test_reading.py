"""Files of users: formats, encodings and what is wrong with them."""

from __future__ import annotations

import codecs
import gzip
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sklyra.cli.messages import CommandError, in_file
from sklyra.cli.reading import CHUNK, FORMATS, Source, read_chunks, read_columns

TABLE = {"name": ["a", "b"], "seq": ["ACGT", "NA"], "y": ["1.5", ""]}
CSV = b"name,seq,y\na,ACGT,1.5\nb,NA,\n"
PACKED = gzip.compress(CSV, mtime=0)  # the same bytes in every process
FASTA = b">a first\nAC\nGT\n>b\nNA\n"
SEQUENCES = {"id": ["a", "b"], "sequence": ["ACGT", "NA"]}


def read(folder: Path, name: str, content: bytes, **options: Any) -> Any:
    (folder / name).write_bytes(content)
    return read_columns(Source(str(folder / name), **options))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", CSV),
        ("a.unknown", CSV),
        ("a.txt", CSV.replace(b",", b";")),
        ("a.tsv", CSV.replace(b",", b"\t")),
        ("a.csv", CSV.replace(b",", b"|")),
        ("a.csv", CSV.replace(b"\n", b"\r\n")),
        ("a.csv", CSV.replace(b"ACGT", b'" ACGT "')),
        ("a.csv", CSV + b"\n\n"),
        ("a.csv", codecs.BOM_UTF8 + CSV),
        ("a.csv", CSV.decode().encode("utf-16")),
        ("a.csv", codecs.BOM_UTF16_BE + CSV.decode().encode("utf-16-be")),
        ("a.csv.gz", PACKED),
        ("a.csv", PACKED),
    ],
)
def test_tables_of_text_are_read_as_they_are(
    name: str, content: bytes, tmp_path: Path
) -> None:
    """NA is a dipeptide, and nothing is a number yet."""
    assert read(tmp_path, name, content) == TABLE


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.fasta", FASTA),
        ("a.faa", codecs.BOM_UTF8 + FASTA),
        ("a.fna.gz", gzip.compress(FASTA, mtime=0)),
        ("stdin", FASTA),
        ("a.fastq", b"@a\nACGT\n+\nIIII\n@b\nNA\n+\nII\n"),
        ("a.sto", b"# STOCKHOLM 1.0\na ACGT\nb NA--\n//\n"),
    ],
)
def test_sequences_of_every_format(name: str, content: bytes, tmp_path: Path) -> None:
    found = read(tmp_path, name, content)
    if name == "a.sto":
        assert found == {"id": ["a", "b"], "sequence": ["ACGT", "NA--"]}
    else:
        assert found == SEQUENCES


def test_genbank_is_read(tmp_path: Path) -> None:
    from Bio import SeqIO
    from Bio.Seq import Seq
    from Bio.SeqRecord import SeqRecord

    record = SeqRecord(Seq("ACGT"), "a", annotations={"molecule_type": "DNA"})
    SeqIO.write([record], tmp_path / "a.gb", "genbank")
    found = read_columns(Source(str(tmp_path / "a.gb")))
    assert found == {"id": ["a"], "sequence": ["ACGT"]}


def test_parquet_is_read_as_text(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = {"seq": ["ACGT", None], "n": [3, 4], "y": [1.5, None], "z": [2.0, 3.0]}
    parquet.write_table(pyarrow.table(table), tmp_path / "a.parquet")
    found = read_columns(Source(str(tmp_path / "a.parquet")))
    assert found == {
        "seq": ["ACGT", ""],
        "n": ["3", "4"],
        "y": ["1.5", ""],
        "z": ["2", "3"],
    }


def write_excel(path: Path) -> None:
    """Write what a spreadsheet is at least: a sheet of text and numbers."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    rows = [("seq", "y"), ("ACGT", 1.5), ("NA", 2)]
    cells = "".join(
        f"<row r='{n}'><c r='A{n}' t='inlineStr'><is><t>{a}</t></is></c>"
        + (
            f"<c r='B{n}' t='inlineStr'><is><t>{b}</t></is></c></row>"
            if isinstance(b, str)
            else f"<c r='B{n}'><v>{b}</v></c></row>"
        )
        for n, (a, b) in enumerate(rows, start=1)
    )
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(
            "[Content_Types].xml",
            f"<Types xmlns='{package}/content-types'><Default Extension='xml' "
            "ContentType='application/xml'/></Types>",
        )
        file.writestr(
            "_rels/.rels",
            f"<Relationships xmlns='{package}/relationships'><Relationship Id='r1' "
            f"Type='{office}/officeDocument' Target='xl/workbook.xml'/>"
            "</Relationships>",
        )
        file.writestr(
            "xl/workbook.xml",
            f"<workbook xmlns='{main}' xmlns:r='{office}'><sheets><sheet name='plate' "
            "sheetId='1' r:id='r1'/></sheets></workbook>",
        )
        file.writestr(
            "xl/_rels/workbook.xml.rels",
            f"<Relationships xmlns='{package}/relationships'><Relationship Id='r1' "
            f"Type='{office}/worksheet' Target='worksheets/sheet1.xml'/>"
            "</Relationships>",
        )
        sheet = f"<worksheet xmlns='{main}'><sheetData>{cells}</sheetData></worksheet>"
        file.writestr("xl/worksheets/sheet1.xml", sheet)


def test_excel_is_read(tmp_path: Path) -> None:
    pytest.importorskip("python_calamine")
    write_excel(tmp_path / "a.xlsx")
    expected = {"seq": ["ACGT", "NA"], "y": ["1.5", "2"]}
    assert read_columns(Source(str(tmp_path / "a.xlsx"))) == expected
    assert read_columns(Source(str(tmp_path / "a.xlsx"), sheet="plate")) == expected
    with pytest.raises(CommandError, match=r"no sheet 'other', but \['plate'\]"):
        read_columns(Source(str(tmp_path / "a.xlsx"), sheet="other"))


def test_a_table_without_names_of_columns_gets_some(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", b"ACGT,1.5\nACGA,2\n")
    assert found == {"column_1": ["ACGT", "ACGA"], "column_2": ["1.5", "2"]}


def test_options_overrule_what_is_found_out(tmp_path: Path) -> None:
    content = "seq;y\nACGÄ;1,5\n".encode("latin-1")
    found = read(tmp_path, "a.csv", content, encoding="latin-1", delimiter=";")
    assert found == {"seq": ["ACGÄ"], "y": ["1,5"]}
    assert read(tmp_path, "b.csv", FASTA, form="fasta") == SEQUENCES
    found = read(tmp_path, "c.csv", b"a\tb\n1x\t2\n", delimiter="\\t")
    assert found == {"a": ["1x"], "b": ["2"]}


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv", b"\n \n", "a.csv is empty"),
        ("a.csv", b"seq,y\n", "a.csv is empty"),
        ("a.fasta", b"", "a.fasta is empty"),
        ("a.csv", b"seq,y\nAC,1\nAC,1,2\n", "a.csv, line 3: 3 fields.* has 2"),
        ("a.csv", b"seq,y\nAC,1\n\nAC\nAC,1\n", "a.csv, line 4: 1 fields"),
        ("a.csv", b"seq,seq\nAC,1\n", "two columns 'seq'"),
        ("a.csv", b'seq,y\n"AC,1\n', "a.csv, line "),
        ("a.csv", b"seq,y\nAC\xff,1\n", "no utf-8 text.*--encoding"),
        ("a.csv.gz", PACKED[:-9], "is cut: its compressed data"),
        ("a.fasta", b"junk\n>a\nAC\n", "no fasta file: text before the first"),
        ("a.fastq", b"@a\nAC\n+\nI\n", "no fastq file: Lengths"),
        ("a.xlsx", b"notzip", "a.xlsx is no Excel file that can be read"),
        ("a.gb", b"LOCUS nonsense\n", "a.gb is"),
    ],
)
def test_what_is_wrong_is_said(
    name: str, content: bytes, match: str, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=match):
        read(tmp_path, name, content)


@pytest.mark.parametrize("option", ["form", "delimiter", "encoding"])
def test_options_that_mean_nothing_are_refused(option: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=f"--{option.replace('form', 'format')}"):
        read(tmp_path, "a.csv", CSV, **{option: "nonsense"})


def test_large_files_come_in_chunks(tmp_path: Path) -> None:
    lines = "".join(f"ACGT,{n}\n" for n in range(2 * CHUNK + 1))
    (tmp_path / "a.csv").write_text(f"seq,y\n{lines}")
    sizes = [len(chunk["y"]) for chunk in read_chunks(Source(str(tmp_path / "a.csv")))]
    assert sizes == [CHUNK, CHUNK, 1]


def test_a_wrong_line_is_counted_through_chunks(tmp_path: Path) -> None:
    lines = "".join("ACGT,1\n" for _ in range(CHUNK + 50)) + "ACGT\n" + "A,1\n" * 9
    (tmp_path / "a.csv").write_text(f"seq,y\n{lines}")
    with pytest.raises(CommandError, match=f"line {CHUNK + 52}: 1 fields"):
        list(read_chunks(Source(str(tmp_path / "a.csv"))))


def test_endings_belong_to_one_format() -> None:
    endings = [ending for endings in FORMATS.values() for ending in endings]
    assert len(endings) == len(set(endings))


def test_rows_of_messages_are_those_of_the_file() -> None:
    text = 'X[3] is "N". X["guide"][0] too; y[2] and x[1]'
    assert in_file(text, "a.csv", 10) == (
        "a.csv: row 14 is \"N\". row 11, column 'guide' too; row 13 and x[1]"
    )
