"""Everyday transformations of cells: rows, what is written, and a row held back."""

from __future__ import annotations

__all__ = ["EVERYDAY", "NAMES"]

NAMES = (
    "Ada Lovelace", "Alan Turing", "Grace Hopper", "Zoë Saldaña", "Tim O'Brien", "Linus Torvalds", "Barbara Liskov",
    "Ken McDonald", "Mary Shelley",
)  # fmt: skip
_DAYS = (
    "1815-12-10", "1912-06-23", "1906-12-09", "1978-06-19", "1955-01-02", "1969-12-28", "1939-11-07", "1948-03-31",
    "1797-08-30",
)  # fmt: skip


def _one(cells: str, written: str) -> list[tuple[dict[str, str], str]]:
    """Pairs of one column, written with a bar between them."""
    return [({"cell": cell}, text) for cell, text in zip(cells.split("|"), written.split("|"), strict=True)]


EVERYDAY: dict[str, list[tuple[dict[str, str], str]]] = {
    "last, first": [({"name": n}, f"{n.split()[1]}, {n.split()[0]}") for n in NAMES],
    "two columns to one": [
        ({"first": n.split()[0], "last": n.split()[1]}, f"{n.split()[1].upper()} {n.split()[0]}")
        for n in NAMES
    ],
    "initials with stops": [({"name": n}, "".join(f"{w[0]}." for w in n.split())) for n in NAMES],
    "initial and last name": [({"name": n}, f"{n.split()[0][0]}. {n.split()[1]}") for n in NAMES],
    "user name": [
        ({"name": n, "born": d}, f"{n[0]}{n.split()[1][:3]}{d[2:4]}".lower())
        for n, d in zip(NAMES, _DAYS, strict=True)
    ],
    "title, where there is one": [
        ({"name": n} | ({"title": t} if t else {}), f"{t} {n}".strip())
        for n, t in zip(NAMES, ("Dr", "", "Prof", "", "", "Dr", "", "Prof", "Dr"), strict=True)
    ],
    "middle name to an initial": _one(
        "John Paul Jones|Ada Lovelace|Ruth Bader Ginsburg|Alan Turing|Iris Marion Young|Tim Berg|Max Karl Planck"
        "|Grace Hopper|Anna May Wong",
        "John P. Jones|Ada Lovelace|Ruth B. Ginsburg|Alan Turing|Iris M. Young|Tim Berg|Max K. Planck"
        "|Grace Hopper|Anna M. Wong",
    ),
    "domain of an e-mail": _one(
        "ada@acme.org|b.turing@uni.edu|g@navy.mil|z.s@film.com|tim@pub.ie|linus@kernel.org|b@mit.edu|ken@farm.uk|m@sea.it",
        "acme.org|uni.edu|navy.mil|film.com|pub.ie|kernel.org|mit.edu|farm.uk|sea.it",
    ),
    "what stands in brackets": _one(
        "Aspirin (100 mg)|Salbutamol (2 mg)|Iron (14 mg)|Zinc (5 mg)|Heparin (50 IU)|Insulin (3 IU)|Codeine (15 mg)"
        "|Biotin (30 mcg)|Quinine (1 g)",
        "100 mg|2 mg|14 mg|5 mg|50 IU|3 IU|15 mg|30 mcg|1 g",
    ),
    "code in a text": _one(
        "order AB-1234 sent|see QX-9921|return of ZZ-0001, broken|KL-4410 lost|the new PO-7777|for RT-3030: ok"
        "|on UV-1010|MN-5656|late: CD-8123!",
        "AB-1234|QX-9921|ZZ-0001|KL-4410|PO-7777|RT-3030|UV-1010|MN-5656|CD-8123",
    ),
    "digits of a phone number": _one(
        "(020) 555-0142|030 5550 199|+44 555 0100|0555/0177|(011) 5550-123|555-0111|040.555.0166|555 01 99"
        "|+1 (555) 0188",
        "0205550142|0305550199|445550100|05550177|0115550123|5550111|0405550166|5550199|15550188",
    ),
    "phone number in groups": _one(
        "2025550142|3035550199|4045550100|5055550177|6015550123|7025550111|8085550166|9095550199|2125550188",
        "(202) 555-0142|(303) 555-0199|(404) 555-0100|(505) 555-0177|(601) 555-0123|(702) 555-0111|(808) 555-0166"
        "|(909) 555-0199|(212) 555-0188",
    ),
    "ISO to words": [
        ({"born": d}, t)
        for d, t in zip(
            _DAYS,
            (
                "10 December 1815",
                "23 June 1912",
                "9 December 1906",
                "19 June 1978",
                "2 January 1955",
                "28 December 1969",
                "7 November 1939",
                "31 March 1948",
                "30 August 1797",
            ),
            strict=True,
        )
    ],
    "words to ISO": _one(
        "Mar 5, 2024|Apr 12, 2023|Dec 31, 1999|Jan 1, 2000|Jul 14, 2011|Aug 30, 2015|Sep 9, 2009|Oct 10, 2010"
        "|Feb 29, 2020",
        "2024-03-05|2023-04-12|1999-12-31|2000-01-01|2011-07-14|2015-08-30|2009-09-09|2010-10-10|2020-02-29",
    ),
    "phone number, written in many ways": _one(
        "(202) 555-0142|303.555.0199|404 555 0100|505-555-0177|(601)5550123|7025 550111|808.5550166|909-444-0199"
        "|212/333/0188",
        "202-555-0142|303-555-0199|404-555-0100|505-555-0177|601-555-0123|702-555-0111|808-555-0166|909-444-0199"
        "|212-333-0188",
    ),
    "e-mail address in a text": _one(
        "write to ada@acme.org!|Bob Ray <b.ray@uni.edu>|g@navy.mil (new)|ask z.s@film.com or call|tim@pub.ie"
        "|via linus@kernel.org, please|b-b@mit.edu; room 4|mail: ken@farm.co.uk|Mia, m@sea.it",
        "ada@acme.org|b.ray@uni.edu|g@navy.mil|z.s@film.com|tim@pub.ie|linus@kernel.org|b-b@mit.edu|ken@farm.co.uk"
        "|m@sea.it",
    ),
    "headline": _one(
        "the lord of the rings|war and peace|pride and prejudice|of mice and men|the old man and the sea"
        "|brave new world|far from the madding crowd|to the lighthouse|a room with a view",
        "The Lord of the Rings|War and Peace|Pride and Prejudice|Of Mice and Men|The Old Man and the Sea"
        "|Brave New World|Far from the Madding Crowd|To the Lighthouse|A Room with a View",
    ),
    "hours and minutes to minutes": _one(
        "1:30|2:05|1:01|3:20|1:15|0:59|2:10|10:00|5:05", "90|125|61|200|75|59|130|600|305"
    ),
    "quarter": _one(
        "2024-03-05|2023-04-12|1999-12-31|2000-01-01|2011-07-14|2015-08-30|2009-09-09|2010-10-10|2020-02-29",
        "Q1 2024|Q2 2023|Q4 1999|Q1 2000|Q3 2011|Q3 2015|Q3 2009|Q4 2010|Q1 2020",
    ),
    "weekday": _one(
        "2024-03-05|2023-04-12|1999-12-31|2000-01-01|2011-07-14|2015-08-30|2009-09-09|2010-10-10|2020-02-29",
        "Tuesday|Wednesday|Friday|Saturday|Thursday|Sunday|Wednesday|Sunday|Saturday",
    ),
    "clock of twelve hours": _one(
        "14:30|09:05|00:15|12:00|23:59|07:45|18:20|11:11|13:01",
        "2:30 PM|9:05 AM|12:15 AM|12:00 PM|11:59 PM|7:45 AM|6:20 PM|11:11 AM|1:01 PM",
    ),
    "thousands and a currency": _one(
        "1234.5|99|1000000|250.25|3.999|12000|87654.321|5|640",
        "$1,234.50|$99.00|$1,000,000.00|$250.25|$4.00|$12,000.00|$87,654.32|$5.00|$640.00",
    ),
    "decimal comma to point": _one(
        "1.234,50|99,00|12,75|3.000,10|0,55|7,20|10.500,00|64,64|8,88",
        "1234.50|99.00|12.75|3000.10|0.55|7.20|10500.00|64.64|8.88",
    ),
    "share to percent": _one(
        "0.25|0.5|0.125|0.9|1|0.333|0.07|0.815|0.42", "25%|50%|12.5%|90%|100%|33.3%|7%|81.5%|42%"
    ),
    "inches to centimetres": _one(
        "3 in|5.5 in|7.25 in|10 in|12 in|1 in|8 in|9 in|40 in",
        "7.6 cm|14.0 cm|18.4 cm|25.4 cm|30.5 cm|2.5 cm|20.3 cm|22.9 cm|101.6 cm",
    ),
    "Celsius to Fahrenheit": _one(
        "3|5.5|7.5|10|12|1|-8|9|100", "37.4|41.9|45.5|50.0|53.6|33.8|17.6|48.2|212.0"
    ),
    "minutes to hours": _one(
        "90|125|61|200|75|59|130|600|305", "1:30|2:05|1:01|3:20|1:15|0:59|2:10|10:00|5:05"
    ),
    "padded number": _one(
        "7|42|315|1|88|120|9|64|5", "ID-007|ID-042|ID-315|ID-001|ID-088|ID-120|ID-009|ID-064|ID-005"
    ),
    "slug": _one(
        "Hello, World!|A Tale of Two Cities|What's New?|C++ in Depth|10 Easy Steps|Big & Small|Fish -- and Chips|One"
        "|Salt / Pepper",
        "hello-world|a-tale-of-two-cities|what-s-new|c-in-depth|10-easy-steps|big-small|fish-and-chips|one|salt-pepper",
    ),
    "snake to words": _one(
        "first_name|date_of_birth|id|home_town|e_mail|zip_code|last_seen_at|is_new|net_weight",
        "First Name|Date Of Birth|Id|Home Town|E Mail|Zip Code|Last Seen At|Is New|Net Weight",
    ),
    "camel case": _one(
        "first name|date of birth|id|home town|e mail|zip code|last seen at|is new|net weight",
        "firstName|dateOfBirth|id|homeTown|eMail|zipCode|lastSeenAt|isNew|netWeight",
    ),
    "acronym": _one(
        "North Atlantic Treaty Organisation|World Health Organisation|United Nations|European Union"
        "|International Labour Office|Red Cross|Free Software Foundation|Open Data Institute|Bank Central Asia",
        "NATO|WHO|UN|EU|ILO|RC|FSF|ODI|BCA",
    ),
    "blanks squeezed": _one(
        "  a  b|c   d e|f g  |  h|i j|k  l|m  n  o|p q| r   s ", "a b|c d e|f g|h|i j|k l|m n o|p q|r s"
    ),
    "title case": _one(
        "MOBY DICK|the trial|War AND Peace|emma|ULYSSES|mrs dalloway|the waves|Nana|DON quixote",
        "Moby Dick|The Trial|War And Peace|Emma|Ulysses|Mrs Dalloway|The Waves|Nana|Don Quixote",
    ),
    "file's ending": _one(
        "a.txt|report.final.pdf|photo.jpeg|x.tar.gz|notes.md|b.c.d.csv|song.mp3|web.html|my.file.docx",
        "txt|pdf|jpeg|gz|md|csv|mp3|html|docx",
    ),
    "file without folder": _one(
        "/home/ada/a.txt|/tmp/b.csv|/usr/lib/x/y.so|/etc/hosts|/var/log/sys.log|/a/b/c/d.md|/srv/www/index.html"
        "|/opt/z.bin|/mnt/disk/photo.jpg",
        "a.txt|b.csv|y.so|hosts|sys.log|d.md|index.html|z.bin|photo.jpg",
    ),
    "last four digits": _one(
        "4000123412345678|4000123499990000|5100222233334444|6011000011112222|4111111111111111|3056930009020004"
        "|5555444433332222|4012888888881881|4222222222222220",
        "**** 5678|**** 0000|**** 4444|**** 2222|**** 1111|**** 0004|**** 2222|**** 1881|**** 2220",
    ),
    "accents left out": _one(
        "Zoë|Renée|Jürgen|François|Ana|Søren Åkesson|Núñez|Łukasz|Dvořák",
        "zoe|renee|jurgen|francois|ana|søren akesson|nunez|łukasz|dvorak",
    ),
    "town of an address": _one(
        "1 High St, Leeds, LS1 4AB|22 Elm Rd, York, YO1 7HH|9 Kirk Ln, Bath, BA1 1AA|4 Quay, Hull, HU1 1XX"
        "|77 Mill Way, Derby, DE1 2AB|3 Oak Ct, Ripon, HG4 1AA|15 Bow St, Truro, TR1 2AA|8 Hill Rd, Wells, BA5 2AA"
        "|2 Pier, Poole, BH15 1AA",
        "Leeds|York|Bath|Hull|Derby|Ripon|Truro|Wells|Poole",
    ),
    "sentence of a row": [
        ({"name": n, "town": t, "age": a}, f"{n} ({a}) lives in {t}.")
        for n, t, a in zip(
            NAMES,
            ["Oslo", "Paris", "Rome", "Bern", "Kyiv", "Riga", "Lima", "Cairo", "Bonn"],
            ["36", "41", "85", "45", "60", "55", "84", "70", "53"],
            strict=True,
        )
    ],
    "form of address": [
        ({"name": n, "sex": s}, f"{'Ms' if s == 'f' else 'Mr'} {n.split()[1]}")
        for n, s in zip(NAMES, "fmffmmfmf", strict=True)
    ],
    "two characters, not Latin": _one(
        "山田 太郎|佐藤 花子|鈴木 一郎|田中 美咲|高橋 健太|伊藤 さくら|渡辺 翔|中村 葵|小林 蓮",
        "太郎 山田|花子 佐藤|一郎 鈴木|美咲 田中|健太 高橋|さくら 伊藤|翔 渡辺|葵 中村|蓮 小林",
    ),
    "article to the end": _one(
        "The Waves|Emma|The Old Trial|A Room|Nana Again|The Idiot|Ulysses|A Doll of Ours|The Plague at Sea",
        "Waves, The|Emma|Old Trial, The|Room, A|Nana Again|Idiot, The|Ulysses|Doll of Ours, A|Plague at Sea, The",
    ),
    "title of a person left out": _one(
        "Dr. Ann Lee|Bob Ray|Mr. Carl Poe|Dr. Dan Fox|Eve Orr|Mr. Finn Day|Gus Kay|Dr. Hal Ivy|Ivo Low",
        "Ann Lee|Bob Ray|Carl Poe|Dan Fox|Eve Orr|Finn Day|Gus Kay|Hal Ivy|Ivo Low",
    ),
    "brackets left out": _one(
        "Anvil (new)|Bolt|Clamp (used)|Drill|Edger (old)|File|Gauge (two)|Hammer|Jack (red)",
        "Anvil|Bolt|Clamp|Drill|Edger|File|Gauge|Hammer|Jack",
    ),
    "host of a link": _one(
        "https://www.acme.org/a/b|http://uni.edu/|https://blog.navy.mil|http://www.film.com/x?y=1|https://pub.ie/menu"
        "|http://www.kernel.org|https://www.mit.edu/math|http://farm.uk/hay|https://www.sea.it/",
        "acme.org|uni.edu|blog.navy.mil|film.com|pub.ie|kernel.org|mit.edu|farm.uk|sea.it",
    ),
    "version without its patch": _one(
        "1.2.3|10.0.1|3.11.7|2.0.0|4.5.12|0.9.1|7.1.8|12.4.0|6.6.6", "1.2|10.0|3.11|2.0|4.5|0.9|7.1|12.4|6.6"
    ),
    "size from a product's title": _one(
        "Nike Air size 42 black|Puma Go size 39 white|Vans Old Skool size 44|Crocs size 38 green|Asics Gel size 41"
        "|Geox size 40 brown|Keen size 45|Fila Ray size 37 pink|Ecco size 43 tan",
        "42|39|44|38|41|40|45|37|43",
    ),
}
"""By what people would call it: eight examples, and a ninth row that is written from them."""
