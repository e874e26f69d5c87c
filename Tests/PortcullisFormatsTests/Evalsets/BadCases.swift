import Testing

/// A bad file of reliability.md §12, and what must be said of it: the first line of each diagnostic, in order.
struct BadFile: Sendable, CustomTestStringConvertible {
  /// The number in the catalogue and what it is.
  let name: String
  let bytes: [UInt8]
  let says: [String]

  init(_ name: String, _ text: String, _ says: String...) {
    self.init(name, bytes: Array(text.utf8), says)
  }

  init(_ name: String, bytes: [UInt8], _ says: [String]) {
    self.name = name
    self.bytes = bytes
    self.says = says
  }

  var testDescription: String { name }
}

let goodYAML = "- id: a\n  input: q\n  checks: [is-json]\n"
let goodLine = #"{"id":"a","input":"q","checks":["is-json"]}"#

private func yaml(_ field: String) -> String { "- id: a\n  input: q\n  \(field)\n  checks: [is-json]\n" }

let badYAML: [BadFile] = [
  BadFile("Y01 empty", "", "cases.yaml: error: the file holds no case"),
  BadFile("Y02 only comments", "# nothing\n", "cases.yaml: error: the file holds no case"),
  BadFile("Y03 no cases", "[]\n", "cases.yaml:1:1: error: the list of cases is empty"),
  BadFile("Y04 null", "null\n", "cases.yaml: error: the file holds no case"),
  BadFile("Y06 scalar", "hello\n", "cases.yaml:1:1: error: the file is 'hello'; it must be a list of cases"),
  BadFile("a mapping", "id: a\n", "cases.yaml:1:1: error: the file is a mapping; it must be a list of cases"),
  BadFile("Y07 tab indent", "- id: a\n\tinput: q\n", "cases.yaml:2:1: error: a tab may not indent YAML"),
  BadFile("Y08 open quote", "- id: \"a\n  input: q\n", "cases.yaml:1:7: error: the quote opened here is never closed"),
  BadFile(
    "Y09 duplicate key", "- id: a\n  input: q\n  input: r\n  checks: [is-json]\n",
    "cases.yaml:3:3: error: 'input' is given twice; first in line 2"),
  BadFile("Y10 duplicate id", goodYAML + goodYAML, "cases.yaml:4: error: the id 'a' is given twice; first at set/cases.yaml:1"),
  BadFile(
    "Y11 NFD id", goodYAML.replacing("id: a", with: "id: \"cafe\\u0301\""),
    "cases.yaml:1:7: error: 'id' is 'cafe\u{301}': an id must be in Unicode's composed form (NFC)"),
  BadFile("Y12 unknown key", yaml("inptu: q"), "cases.yaml:3:3: error: unknown key 'inptu' in a case"),
  BadFile(
    "Y13 unknown check", "- id: a\n  input: q\n  checks: [contians: x]\n", "cases.yaml:3:12: error: unknown check 'contians'"),
  BadFile("Y14 no check", "- id: a\n  input: q\n", "cases.yaml:1:3: error: case 'a': the case has no check"),
  BadFile("Y15 no input", "- id: a\n  checks: [is-json]\n", "cases.yaml:1:3: error: case 'a' has no input"),
  BadFile(
    "vars without a prompt", "- id: a\n  vars: {x: 1}\n  checks: [is-json]\n",
    "cases.yaml:2:3: error: case 'a' gives 'vars', but the evalset has no prompt template"),
  BadFile(
    "Y16 number as id", goodYAML.replacing("id: a", with: "id: 1") + goodYAML.replacing("id: a", with: "id: \"1\""),
    "cases.yaml:1:7: error: 'id' is 1; an id must be text"),
  BadFile(
    "Y18 number as text", "- id: a\n  input: 1.10\n  checks: [is-json]\n", "cases.yaml:2:10: error: 'input' is 1.10; it must be text"),
  BadFile("Y20 billion laughs", "a: &a [lol, lol]\nb: &b [*a, *a]\n", "cases.yaml:1:4: error: the anchor '&a' is refused"),
  BadFile("Y21 alias", "- *a\n", "cases.yaml:1:3: error: the alias '*a' is refused"),
  BadFile("Y22 self anchor", "&a [*a]\n", "cases.yaml:1:1: error: the anchor '&a' is refused"),
  BadFile("Y23 flow levels", String(repeating: "[", count: 20_000), "cases.yaml:1:65: error: nested more than 64 levels deep"),
  BadFile(
    "Y24 block levels", (0..<3000).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
    "cases.yaml:65:65: error: nested more than 64 levels deep"),
  BadFile("Y25 merge key", "- <<: {id: a}\n  input: q\n", "cases.yaml:1:3: error: the merge key '<<' is refused"),
  BadFile(
    "Y26 tag", "- !!python/object:os.system x\n",
    "cases.yaml:1:3: error: the tag 'tag:yaml.org,2002:python/object:os.system' is refused"),
  BadFile("Y27 two documents", goodYAML + "---\n" + goodYAML, "cases.yaml:4:1: error: a second document begins here"),
  BadFile("Y30 UTF-16", bytes: [0xFF, 0xFE] + goodYAML.utf16.flatMap { [UInt8($0 & 255), 0] }, ["cases.yaml:1:1: error: this is UTF-16"]),
  BadFile("Y30 UTF-16 without a mark", bytes: goodYAML.utf16.flatMap { [0, UInt8($0 & 255)] }, ["cases.yaml:1:1: error: this is UTF-16"]),
  BadFile(
    "Y31 Latin-1", bytes: Array("- id: a\n  input: caf".utf8) + [0xE9, 0x0A],
    ["cases.yaml:2:13: error: invalid UTF-8: the byte 0xE9 begins no character"]),
  BadFile("Y32 NUL", "- id: a\n  input: q\0\n", "cases.yaml:2:11: error: the file holds a NUL byte"),
  BadFile("Y39 not a number", yaml("threshold: .nan"), "cases.yaml:3:14: error: 'threshold': '.nan' is no share"),
  BadFile("Y40 above one", yaml("threshold: 1.5"), "cases.yaml:3:14: error: 'threshold': '1.5' is not within 0 and 1"),
  BadFile("a threshold of nothing", yaml("threshold: 0"), "cases.yaml:3:14: error: 'threshold' is 0; it must be above 0"),
  BadFile("Y41 infinite", yaml("threshold: -.inf"), "cases.yaml:3:14: error: 'threshold': '-.inf' is no share"),
  BadFile("Y42 negative repeats", yaml("repeats: -1"), "cases.yaml:3:12: error: 'repeats' is -1; it must be from 1 to 1000"),
  BadFile(
    "Y43 endless repeats", yaml("repeats: 1000000000000"), "cases.yaml:3:12: error: 'repeats' is 1000000000000; it must be from 1 to 1000"),
  BadFile(
    "Y44 bad pattern", "- id: a\n  input: q\n  checks:\n    - is-json\n    - regex: '(a'\n",
    "cases.yaml:5:7: error: the pattern '(a' is wrong at character 3: missing closing parenthesis"),
  BadFile(
    "Y48 empty text", "- id: a\n  input: q\n  checks: [contains: \"\"]\n",
    "cases.yaml:3:12: error: 'contains' has an empty text, which every answer has"),
  BadFile(
    "Y49 NUL in an id", goodYAML.replacing("id: a", with: "id: \"a\\0b\""),
    "cases.yaml:1:7: error: 'id' is 'a\\u{0}b': an id may not contain the invisible character U+0000"),
  BadFile(
    "Y49 long id", goodYAML.replacing("id: a", with: "id: " + String(repeating: "a", count: 10_240)),
    "cases.yaml:1:7: error: 'id' is '\(String(repeating: "a", count: 60))…': an id may have at most 200 bytes, this one has 10240"),
  BadFile(
    "Y49 path as id", goodYAML.replacing("id: a", with: "id: ../b"), "cases.yaml:1:7: error: 'id' is '../b': an id may not contain '..'"),
  BadFile(
    "Y50 bidi id", goodYAML.replacing("id: a", with: "id: \"a\\u202Eb\""),
    "cases.yaml:1:7: error: 'id' is 'a\\u{202E}b': an id may not contain the invisible character U+202E"),
  BadFile(
    "Y52 long prompt", "- id: a\n  input: \(String(repeating: "x", count: 5 << 20))\n  checks: [is-json]\n",
    "cases.yaml:2:10: error: 'input' has 5242880 bytes; at most 4194304 are taken"),
  BadFile("Y54 tag of another tool", "- id: a\n  input: !env HOME\n", "cases.yaml:2:10: error: the tag '!env' is refused"),
  BadFile(
    "Y57 unknown judge", "- id: a\n  input: q\n  checks: [judge: helpful]\n", "cases.yaml:3:12: error: unknown judge 'helpful'"),
  BadFile(
    "line separator", "- id: a\n  input: \"x\u{2028}y\"\n",
    "cases.yaml:2:12: error: YAML takes the invisible character U+2028 for a line break"),
  BadFile("a word for a yes", yaml("allow_empty: yes"), "cases.yaml:3:16: error: 'allow_empty' is 'yes'; it must be true or false"),
  BadFile("a null", yaml("behaviour:"), "cases.yaml:3:13: error: 'behaviour' is null; it must be text"),
  BadFile("two inputs", yaml("turns: [{user: x}]"), "cases.yaml:3:3: error: case 'a' gives 'input' and 'turns'"),
  BadFile("chat under input", "- id: a\n  input: [x]\n  checks: [is-json]\n", "cases.yaml:2:10: error: 'input' is a list; it must be text"),
  BadFile("a word of severity", yaml("severity: critcal"), "cases.yaml:3:13: error: 'severity' is 'critcal', which is unknown"),
  BadFile("a reserved tag", yaml("tags: {severity: x}"), "cases.yaml:3:10: error: a tag may not be called 'severity'"),
  BadFile(
    "two checks in one item", "- id: a\n  input: q\n  checks:\n    - contains: x\n      regex: y\n",
    "cases.yaml:5:7: error: 'regex' stands in the same item as 'contains'"),
  BadFile(
    "a misspelt neighbour", "- id: a\n  input: q\n  checks:\n    - contains: x\n      wieght: 2\n",
    "cases.yaml:5:7: error: unknown key 'wieght' beside 'contains'"),
  BadFile(
    "a weight of nothing", "- id: a\n  input: q\n  checks:\n    - contains: x\n      weight: 0\n",
    "cases.yaml:5:15: error: 'weight' is 0; it must be above 0"),
  BadFile(
    "checks that are no list", "- id: a\n  input: q\n  checks: {contains: x}\n",
    "cases.yaml:3:11: error: 'checks' is a mapping; it must be a list"),
  BadFile(
    "quarantine of a guarded incident",
    yaml("incident: {id: I-1, severity: P1, state: guarded}\n  quarantine: {owner: o, reason: r, expires: 2026-01-01}"),
    "cases.yaml:4:3: error: case 'a' is a guarded incident, which may not be in quarantine"),
  BadFile(
    "no such day", yaml("quarantine: {owner: o, reason: r, expires: 2026-02-30}"),
    "cases.yaml:3:46: error: 'expires' is '2026-02-30', which is no day"),
  BadFile(
    "an incident without a state", yaml("incident: {id: I-1, severity: P1}"), "cases.yaml:3:13: error: 'incident' has no 'state'"),
]

let badLines: [BadFile] = [
  BadFile("J01 empty", "", "cases.jsonl: error: the file holds no case"),
  BadFile("J02 cut line", goodLine + "\n{\"id\":\"b\",\"inp", "cases.jsonl:2:11: error: not JSON: the quote opened here is never closed"),
  BadFile("J04 array", "[\n" + goodLine + "\n]\n", "cases.jsonl:1:1: error: this is one JSON list, not JSON Lines"),
  BadFile("J04 array on one line", "[" + goodLine + "]\n", "cases.jsonl:1:1: error: this is one JSON list, not JSON Lines"),
  BadFile("J05 two objects", goodLine + goodLine, "cases.jsonl:1:44: error: not JSON: there is more text after the end of the value"),
  BadFile("J06 trailing comma", #"{"id":"a",}"#, "cases.jsonl:1:11: error: not JSON: a quoted name was expected"),
  BadFile(
    "J07 duplicate key", #"{"id":"a","id":"b","input":"q","checks":["is-json"]}"#,
    "cases.jsonl:1:11: error: 'id' is given twice; first in line 1, column 2"),
  BadFile("J08 NaN", #"{"id":"a","expected":NaN}"#, "cases.jsonl:1:22: error: not JSON: a value was expected here"),
  BadFile("J09 1e999", #"{"id":"a","expected":1e999}"#, "cases.jsonl:1:22: error: not JSON: the number 1e999 is too large"),
  BadFile(
    "J10 long number as id", goodLine.replacing(#""a""#, with: "12345678901234567890"),
    "cases.jsonl:1:7: error: 'id' is 12345678901234567890; an id must be text"),
  BadFile("J11 lone surrogate", #"{"id":"a","input":"\ud800"}"#, "cases.jsonl:1:20: error: not JSON: half of a surrogate pair"),
  BadFile("J14 levels", "{\"id\":" + String(repeating: "[", count: 100_000), "cases.jsonl:1:70: error: not JSON: nested too deeply"),
  BadFile("J15 null prompt", #"{"id":"a","input":null,"checks":["is-json"]}"#, "cases.jsonl:1:19: error: 'input' is null; it must be text"),
  BadFile("J16 bare text", "\"hello\"\n", "cases.jsonl:1:1: error: the case is 'hello'; it must be a mapping"),
  BadFile("J19 gzip", bytes: [0x1F, 0x8B, 8, 0, 0], ["cases.jsonl: error: this is compressed (gzip), not text"]),
  BadFile("J20 same id", goodLine + "\n" + goodLine, "cases.jsonl:2: error: the id 'a' is given twice; first at set/cases.jsonl:1"),
  BadFile(
    "Latin-1 in the second line", bytes: Array((goodLine + "\n{\"id\":\"caf").utf8) + [0xE9] + Array("\"}".utf8),
    ["cases.jsonl:2:11: error: invalid UTF-8: the byte 0xE9 begins no character"]),
  BadFile(
    "a column's name in a record", #"{"id":"a","input":"q","tags.language":"de","checks":["is-json"]}"#,
    "cases.jsonl:1:23: error: unknown key 'tags.language' in a case"),
  BadFile(
    "columns count characters", "{\"id\":\"é\",\"input\":\"q\",\"inptu\":1,\"checks\":[\"is-json\"]}",
    "cases.jsonl:1:23: error: unknown key 'inptu' in a case"),
  BadFile(
    "every line is read", #"{"id":"a"}"# + "\n{\n" + #"{"id":"b","input":"q","checks":["is-jsn"]}"#,
    "cases.jsonl:1:1: error: case 'a' has no input", "cases.jsonl:2:2: error: not JSON: a quoted name was expected",
    "cases.jsonl:3:33: error: unknown check 'is-jsn'"),
]

let badTables: [BadFile] = [
  BadFile("empty", "", "cases.csv: error: the file is empty"),
  BadFile("C01 header only", "id,input,check.contains\n", "cases.csv: error: the file holds no case"),
  BadFile("C03 short row", "id,input,check.contains\na,q\n", "cases.csv:2:1: error: the row has 2 cells, the header 3"),
  BadFile("C04 long row", "id,input,check.contains\na,q,x,y\n", "cases.csv:2:1: error: the row has 4 cells, the header 3"),
  BadFile("C05 open quote", "id,input,check.contains\na,\"q,x\n", "cases.csv:2:3: error: the quote opened here is never closed"),
  BadFile(
    "C07 unknown columns", "id,inptu,check.contain\na,q,x\n", "cases.csv:1:4: error: unknown column 'inptu'",
    "cases.csv:1:10: error: unknown check 'contain' in the column 'check.contain'"),
  BadFile("C08 duplicate column", "id,input,id\na,q,x\n", "cases.csv:1:10: error: the column 'id' is given twice; first in column 1"),
  BadFile("C09 semicolons", "id;input;check.contains\na;q;x\n", "cases.csv:1:1: error: the header has one column"),
  BadFile("C11 empty id", "id,input,check.contains\n,q,x\n", "cases.csv:2:1: error: the case has no 'id'"),
  BadFile(
    "C12 Latin-1", bytes: Array("id,input,check.contains\na,caf".utf8) + [0xE9] + Array(",x\n".utf8),
    ["cases.csv:2:3: error: invalid UTF-8: the byte 0xE9 begins no character"]),
  BadFile("C13 CR only", "id,input,check.contains\ra,q,x\r", "cases.csv:1:25: error: a line ends with a carriage return alone"),
  BadFile("C14 NUL", "id,input,check.contains\na,q\0,x\n", "cases.csv:2:3: error: the file holds a NUL byte"),
  BadFile(
    "a quote inside", "id,input,check.contains\na,q\"r,x\n", "cases.csv:2:4: error: a quote inside a cell that does not begin with one"),
  BadFile("text after a quote", "id,input,check.contains\na,\"q\"r,x\n", "cases.csv:2:6: error: text after the closing quote of a cell"),
  BadFile(
    "line of the record's first line", "id,input,check.contains\na,\"q\n\nr\",x\nb,q\n",
    "cases.csv:5:1: error: the row has 2 cells, the header 3"),
  BadFile("a mapping in a table", "id,input,messages\na,q,x\n", "cases.csv:1:10: error: a table cannot hold 'messages'"),
  BadFile(
    "an argument for none", "id,input,check.is-json\na,q,maybe\n",
    "cases.csv:2:5: error: 'is-json' takes no argument, but the cell is 'maybe'"),
  BadFile(
    "a number that is none", "id,input,repeats,check.contains\na,q,many,x\n",
    "cases.csv:2:5: error: 'repeats' is 'many'; it must be a whole number"),
]
