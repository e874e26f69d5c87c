import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisFormats

struct LoadScoresTests {
  private func load(
    _ production: String, _ candidate: String, columns: String? = nil, planned: PlannedCases = .all
  ) throws -> LoadedScores {
    let folder = try TestFolder()
    return try load(folder, folder.write("p", production), folder.write("c", candidate), columns, planned)
  }

  private func load(
    _ folder: TestFolder, _ production: String, _ candidate: String, _ columns: String? = nil, _ planned: PlannedCases = .all
  ) throws -> LoadedScores {
    try loadScores(
      production: production, candidate: candidate, columns: columns.map { try ScoreColumns($0) } ?? ScoreColumns(), planned: planned)
  }

  private func problems(_ production: String, _ candidate: String, columns: String? = nil, planned: PlannedCases = .all) throws -> [String]
  {
    let folder = try TestFolder()
    let paths = (try folder.write("p", production), try folder.write("c", candidate))
    return try folder.problems { _ = try load(folder, paths.0, paths.1, columns, planned) }
  }

  /// What a file says of its cases: id, and each arm's scores by repeat in billionths, `-` for none.
  private func shown(_ scores: LoadedScores) throws -> [String] {
    var lines: [String] = []
    try scores.forEachCase { facts, trials in
      func arm(_ arm: Arm) -> String {
        trials.filter { $0.arm == arm }.map { trial in
          switch trial.state {
          case .passed: "P"
          case .failed: "F"
          case .unscored, .callFailed: "-"
          }
        }.joined()
      }
      let tags = facts.tags.map { " \($0.name)=\($0.value)" }.joined()
      lines.append(
        "\(facts.id) \(arm(.production))/\(arm(.candidate)) of \(facts.plannedTrials)\(facts.cluster.map { " in \($0)" } ?? "")\(tags)")
    }
    return lines
  }

  @Test func tablesAndLinesMeanTheSame() throws {
    let table = try shown(load("id,score\na,1\nb,0\n\nc,\n", "case,score\r\nb,1\r\na,true\r\nd,0\r\n"))
    let lines = try shown(
      load(
        "{\"id\":\"a\",\"score\":1}\n{\"id\":\"b\",\"score\":0}\n\n{\"id\":\"c\",\"score\":null}",
        "{\"case\":\"b\",\"score\":1.0}\n{\"case\":\"a\",\"score\":true}\n{\"case\":\"d\",\"score\":0}\n"))
    #expect(table == ["a P/P of 1", "b F/P of 1", "c -/ of 1", "d /F of 1"])
    #expect(lines == table)
  }

  @Test func unusualRowsAreReadAsOrdinaryOnes() throws {
    let scores = try load(
      "{\"id\":\"\\u0061\",\"answer\":\"sch\u{F6}n \\\"x\\\"\",\"score\":1e0,\"more\":{\"a\":[1,2]}}\n{\"id\":\"b\",\"score\":0}\n",
      "\u{FEFF}id,answer,score\na,\"two\nlines, \"\"quoted\"\"\",1\nb,\u{E9},0\n")
    #expect(try shown(scores) == ["a P/P of 1", "b F/F of 1"])
    #expect(scores.notes.map(\.message) == ["not read: 'answer' in 1 row, 'more' in 1 row", "not read: 'answer' in 2 rows"])
  }

  @Test func repeatsBelongToOneCaseAndBothArmsNeedTheSame() throws {
    let scores = try load(
      "id,score,repeat\na,1,0\na,0,1\nb,1,0\nb,1,1\n", "id,score,repeat\na,1,1\nb,1,1\nb,0,2\na,0,2\nc,1,0\n")
    #expect(try shown(scores) == ["a PF/PF of 2", "b PP/PF of 2", "c /P of 1"])
  }

  @Test func clustersAndSlicesAreOfTheCase() throws {
    let scores = try load(
      "id,score,cluster,slice.language,slice.tier\na,1,doc1,de,\nb,0,,en,1\n",
      "{\"id\":\"a\",\"score\":1,\"cluster\":\"doc1\",\"slice.language\":\"de\"}\n{\"id\":\"b\",\"score\":0,\"slice.tier\":1,\"slice.language\":\"en\"}\n"
    )
    #expect(try shown(scores) == ["a P/P of 1 in doc1 language=de", "b F/F of 1 language=en tier=1"])
    #expect(scores.sliceNames == ["language", "tier"])
  }

  @Test func otherColumnsAreNamedOnTheCommandLine() throws {
    let scores = try load(
      "question_id,acc,score\na,1,87\nb,0,12\n", "question_id,acc,score\na,0,80\nb,0,1\n", columns: "id=question_id,score=acc")
    #expect(try shown(scores) == ["a P/F of 1", "b F/F of 1"])
    #expect(scores.notes.map(\.message) == ["not read: 'score' in 2 rows", "not read: 'score' in 2 rows"])
  }

  @Test(arguments: [
    ("id", "'id' is no column"), ("id=", "'id=' is no column"), ("di=x", "'di' is no column of ours"), ("id=x,id=y", "'id' is given twice"),
    ("id=x,score=x", "'x' is given two meanings"), ("slice.=x", "'slice.' is no column of ours"),
  ])
  func columnsThatCannotBeReadAreRefused(_ row: (text: String, says: String)) {
    #expect { try ScoreColumns(row.text) } throws: { ($0 as? Diagnostic)?.message == row.says }
  }

  /// Each would mislead a decision; none is read.
  @Test(arguments: [
    ("", "id,score\na,1\n", "p: error: the file is empty"),
    (" \n\n", "id,score\na,1\n", "p: error: the file is empty"),
    ("id,score\n", "id,score\na,1\n", "p: error: the file holds no row"),
    ("a,1\nb,0\n", "id,score\na,1\n", "p:1: error: no column is called 'id' or 'case' or 'case_id'"),
    ("id;score\na;1\n", "id,score\na,1\n", "p:1: error: the header has one column"),
    ("id,scoer\na,1\n", "id,score\na,1\n", "p:1: error: no column is called 'score' or"),
    ("id,score,score\na,1,0\n", "id,score\na,1\n", "p:1:1: error: the column 'score' is given twice: columns 2 and 3"),
    ("id,score,passed\na,1,0\n", "id,score\na,1\n", "p:1:1: error: 'score' and 'passed' could both be the score"),
    ("id,score\na,1,2\n", "id,score\na,0\n", "p:2:1: error: the row has 3 cells, the header 2"),
    ("id,score\na\n", "id,score\na,0\n", "p:2:1: error: the row has 1 cells, the header 2"),
    ("id,score\na,\"1\n", "id,score\na,0\n", "p:2:3: error: the quote opened here is never closed"),
    ("id,score\na,1\rb,0\r", "id,score\na,0\n", "p:2:8: error: a line ends with a carriage return alone"),
    ("id,score\na\0,1\n", "id,score\na,0\n", "p:2:2: error: the file holds a NUL byte"),
    ("id,score\na,1\na,0\n", "id,score\na,0\n", "p:3:1: error: the id 'a' is given again; first in line 2"),
    ("id,score\na,1\na,1\na,1\n", "id,score\na,0\n", "p:3:1: error: the id 'a' is given again; first in line 2, and 1 more times"),
    ("id,score,repeat\na,1,3\na,0,3\n", "id,score,repeat\na,0,1\n", "p:3:1: error: repeat 3 of 'a' is given again; first in line 2"),
    ("id,score,repeat\na,1,x\n", "id,score,repeat\na,0,1\n", "p:2:1: error: 'repeat' is 'x'; it must be a whole number"),
    ("id,score\na,87\n", "id,score\na,0\n", "p:2:1: error: 'score' is 87; it must lie from 0 to 1"),
    ("id,score\na ,1\n", "id,score\na,0\n", "p:2:1: error: 'id' is 'a ': an id may not begin or end with a blank"),
    ("id,score\ne\u{301},1\n", "id,score\n\u{E9},0\n", "p:2:1: error: 'id' is 'e\u{301}': an id must be in Unicode's composed form (NFC)"),
    ("id,score\n,1\n", "id,score\na,0\n", "p:2:1: error: 'id' is '': an id may not be empty"),
    ("[{\"id\":\"a\",\"score\":1}]", "id,score\na,0\n", "p:1: error: this is one JSON list, not JSON Lines"),
    ("{\"id\":1,\"score\":1}\n", "id,score\na,0\n", "p:1:1: error: 'id' is 1; it must be text"),
    ("{\"id\":\"a\",\"score\":\"0.9\"}\n", "id,score\na,0\n", "p:1:1: error: 'score' is '0.9'; it must be a number or true or false"),
    ("{\"id\":\"a\",\"score\":{\"v\":1}}\n", "id,score\na,0\n", "p:1:1: error: 'score' is a mapping; it must be a number"),
    ("{\"id\":\"a\",\"score\":NaN}\n", "id,score\na,0\n", "p:1: error: NaN is no number of JSON, and no score"),
    ("{\"id\":\"a\",\"score\":1e400}\n", "id,score\na,0\n", "p:1:19: error: not JSON: the number 1e400 is too large"),
    ("{\"id\":\"a\",\"score\":1,\"score\":0}\n", "id,score\na,0\n", "p:1:21: error: 'score' is given twice"),
    (
      "{\"id\":\"a\",\"score\":1}\n{\"id\":\"b\",\"sco", "id,score\na,0\n", "p:2:11: error: not JSON: the quote opened here is never closed"
    ),
    ("{\"id\":\"a\",\"score\":1}\n\u{FEFF}{\"id\":\"b\",\"score\":1}\n", "id,score\na,0\n", "p:2:1: error: not JSON"),
    ("{\"id\":\"a\"}\n", "id,score\na,0\n", "p: error: no column is called 'score' or"),
    ("{\"score\":1}\n", "id,score\na,0\n", "p: error: no column is called 'id' or"),
    ("id,score\na,1\n", "id,score\nb,1\n", "c: error: no id is in both files: production has 'a', the candidate 'b'"),
    ("id,score\nA,1\n", "id,score\na,1\n", "c: error: no id is in both files"),
    ("id,score,cluster\na,1,x\n", "id,score\na,0\n", "c: error: the file has no column 'cluster', which"),
    ("id,passed\na,true\n", "id,score\na,0\n", "c: error: the score is called 'score' here and 'passed' in"),
    ("id,score\na,true\n", "id,score\na,0.5\n", "p:2: error: a score is true or false here, and a grade between 0 and 1 at c:2"),
    ("id,score\na,1\nb,0\n", "id,score\na,0.9\nb,0.8\n", "p: error: every score here is 0 or 1, but 2 of 2 in"),
    ("id,score,cluster\na,1,x\n", "id,score,cluster\na,0,y\n", "c:2: error: 'cluster' of 'a' is 'y' here and 'x' at p:2"),
    (
      "id,score,cluster\na,1,x\n", "id,score,cluster\na,0,x \n", "c:2:1: error: 'cluster' is 'x ': a name may not begin or end with a blank"
    ),
    ("id,score,slice.t\na,1,x\n", "id,score,slice.t\na,0,\n", "c:2: error: 'slice.t' of 'a' is nothing here and 'x' at p:2"),
    (
      "id,score,latency_ms\na,1,-3\n", "id,score,latency_ms\na,0,3\n",
      "p:2:1: error: 'latency_ms' is '-3'; it must be a number of milliseconds"
    ),
    (
      "id,score,cost_micro_usd\na,1,1.5\n", "id,score,cost_micro_usd\na,0,3\n",
      "p:2:1: error: 'cost_micro_usd' is '1.5'; it must be a whole number"
    ),
    ("id,score\na,1\nb,0\n", "id,score\nb,0\na,1\n", "c: error: 'p' and 'c' hold the same rows in another order"),
    ("id,score\r\na,1\r\n", "id,score\na,1\n", "c: error: 'p' and 'c' hold the same rows in another order"),
    ("id,score\na,1\n", "id,score\na,1\n", "c: error: 'p' and 'c' hold the same bytes"),
  ])
  func filesThatCouldMisleadAreRefused(_ row: (production: String, candidate: String, says: String)) throws {
    let found = try problems(row.production, row.candidate)
    #expect(found.contains { $0.replacing("'./", with: "'").hasPrefix(row.says) }, "\(found)")
  }

  @Test func morePlannedCasesAreNeededThanTheFilesHave() throws {
    let found = try problems("id,score\na,1\nb,1\n", "id,score\na,1\nc,1\n", planned: .count(2))
    #expect(found.count == 1 && found[0].hasPrefix("error: --cases is 2, but the files have 3 different cases"), "\(found)")
    #expect(try load("id,score\na,1\nb,1\n", "id,score\na,1\nc,1\n", planned: .count(3)).plannedCases == 3)
  }

  @Test func otherEncodingsAreRefused() throws {
    let folder = try TestFolder()
    let good = try folder.write("good", "id,score\na,1\n")
    let utf16 = try folder.write("utf16", "id,score\na,1\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    let latin = try folder.write("latin", Array("id,score\nb".utf8) + [0xE4] + Array(",1\n".utf8))
    let latinLines = try folder.write("latin.jsonl", Array("{\"id\":\"b".utf8) + [0xE4] + Array("\",\"score\":1}\n".utf8))
    for (path, says) in [
      (utf16, "utf16:1:1: error: this is UTF-16"), (latin, "latin:2:2: error: invalid UTF-8: the byte 0xE4"),
      (latinLines, "latin.jsonl:1:9: error: invalid UTF-8: the byte 0xE4"),
    ] {
      let found = try folder.problems { _ = try load(folder, path, good) }
      #expect(found.count == 1 && found[0].hasPrefix(says), "\(found)")
    }
  }

  @Test func oneFileUnderTwoNamesIsRefused() throws {
    let folder = try TestFolder()
    let path = try folder.write("p", "id,score\na,1\n")
    try folder.link("c", to: path)
    let found = try folder.problems { _ = try load(folder, path, folder.path + "/c") }
    #expect(found.first?.contains("are one and the same file: one arm would be compared with itself") == true, "\(found)")
  }

  @Test func whatIsNoFileIsRefused() throws {
    let folder = try TestFolder()
    let path = try folder.write("p", "id,score\na,1\n")
    for (name, says) in [
      (folder.path, "this is a folder"), ("/dev/null", "this is a device"), (folder.path + "/none", "there is no such file"),
    ] {
      let found = try folder.problems { _ = try load(folder, path, name) }
      #expect(found.first?.contains(says) == true, "\(found)")
    }
  }

  @Test func allProblemsOfBothFilesAreToldAtOnce() throws {
    let found = try problems("id,score\na,87\nb,2\n", "id,score\na,x\nb,\n")
    #expect(found.count == 3, "\(found)")
  }

  /// Two shards are counted from 10 001 cases on; neither they nor the order of lines change a bit.
  @Test func largeFilesGiveTheSameEvidenceInAnyOrder() throws {
    var draws = Draws(7)
    let rows = (0..<12_000).map { (id: "q\($0)", theirs: draws.below(10), ours: draws.below(10)) }
    func text(_ rows: [(id: String, theirs: Int, ours: Int)], _ score: (Int, Int) -> Int) -> String {
      "id,score\n" + rows.map { "\($0.id),\(score($0.theirs, $0.ours) < 9 ? 1 : 0)\n" }.joined()
    }
    let policy = Policy(offline: [PolicyRule(.noRegression(NoRegressionRule(margin: 0.05)))])
    func evidence(_ order: [(id: String, theirs: Int, ours: Int)]) throws -> Evidence {
      let scores = try load(text(rows) { theirs, _ in theirs }, text(order) { _, ours in ours })
      return scores.tally(EvidenceNeeds(policy)).evidence(
        run: RunFacts(arms: [.candidate, .production], plannedCases: scores.plannedCases))
    }
    let whole = try evidence(rows)
    #expect(try evidence(rows.reversed()) == whole)
    let lost = rows.count { $0.theirs < 9 && $0.ours == 9 }
    #expect(whole.churn?.broken == lost)
  }
}
