import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// The promotion ledger as a person meets it: gate, promote, sign, roll back, history.
  @Suite struct Promotion {
    /// A candidate that passes (or fails) one case without a network.
    private static func project(_ promotion: String = "{stages: [offline]}", passes: Bool = true, extra: String = "") throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(
        """
        targets:
          candidate: {provider: scripted, file: rules.jsonl}
        evalsets: [cases.yaml]
        policy:
          offline: [pass-rate: {observed_min: 0.5}\(extra.isEmpty ? "" : ", " + extra)]
          promotion: \(promotion)

        """, to: "portcullis.yaml")
      try scratch.write("- {id: one, input: hello, checks: [{contains: hi}]}\n", to: "cases.yaml")
      try scratch.write("{\"text\":\"\(passes ? "hi" : "no")\"}\n", to: "rules.jsonl")
      return scratch
    }

    private static func run(_ arguments: [String], in scratch: Scratch) throws -> Binary.Result {
      try Binary.run(arguments, in: scratch.url)
    }

    private static func promote(_ scratch: Scratch, _ more: String..., by: String = "Ana") throws -> Binary.Result {
      try run(["promote", "--stage", "production", "--by", by] + more, in: scratch)
    }

    private static func kinds(_ scratch: Scratch) throws -> [String] {
      let result = try run(["history", "--json"], in: scratch)
      return result.output.split(separator: "\n").dropFirst().compactMap { member(String($0), "kind") as? String }
    }

    @Test func aPassOpensTheNextStageOnce() throws {
      let scratch = try Self.project()
      #expect(try Self.run(["gate", "-q"], in: scratch).code == 0)
      let opened = try Self.promote(scratch)
      #expect(opened.code == 0 && opened.output.hasPrefix("open  production is open for candidate (sha256:"), "\(opened)")
      let again = try Self.promote(scratch, by: "Bob")
      #expect(again.code == 0 && again.output.hasPrefix("open  production is already open"), "\(again)")
      #expect(try Self.kinds(scratch) == ["decision", "promotion"])
      let json = try Self.promote(scratch, "--json")
      #expect(member(json.output, "answer") as? String == "open" && member(json.output, "exit_code") as? Int == 0)
      #expect(member(json.output, "entry", "by") as? String == "Ana")
    }

    @Test func whatIsMissingIsToldWithWhatToDo() throws {
      let scratch = try Self.project("{sign_offs: 0}")
      #expect(try Self.run(["gate", "-q"], in: scratch).code == 0)
      #expect(try Self.run(["promote", "--stage", "shadow", "--by", "Ana"], in: scratch).code == 0)
      let canary = try Self.run(["promote", "--stage", "canary", "--by", "Ana"], in: scratch)
      #expect(canary.code == 98)
      #expect(canary.output.contains("- 'shadow' has not been decided for this candidate\n    next: run 'portcullis shadow'"))
      let unknown = try Self.run(["promote", "--stage", "canry", "--by", "Ana"], in: scratch)
      #expect(unknown.code == 64 && unknown.errors.contains("did you mean 'canary'?"))
      let nobody = try Self.run(["promote", "--stage", "canary", "--by", "A\u{202E}na"], in: scratch)
      #expect(nobody.code == 64 && nobody.errors.contains("--by: it holds characters that cannot be seen"))
      #expect(try Self.kinds(scratch) == ["decision", "promotion"])
    }

    /// From the gate through a recorded shadow: each decision opens the next door, for the same digest only.
    @Test func aShadowOfTheNamedCandidateOpensTheCanary() throws {
      let scratch = try Self.project("{sign_offs: 0}")
      #expect(try Self.run(["gate", "-q"], in: scratch).code == 0)
      let answer = #"{"text":"yes","score":1}"#
      try scratch.write(
        (0..<200).map { #"{"id":"r\#($0)","input":"q \#($0)","production":\#(answer),"candidate":\#(answer),"noise":\#(answer)}"# + "\n" }
          .joined(),
        to: "pairs.jsonl")
      try scratch.write(
        try scratch.read("portcullis.yaml") + "  shadow: [no-regression: {margin: 0.05}]\n", to: "portcullis.yaml")
      let shadow = try Self.run(["shadow", "pairs.jsonl", "--json"], in: scratch)
      // Nobody is named: nothing enters the ledger.
      #expect(try Self.kinds(scratch) == ["decision"])
      let canary = ["promote", "--stage", "canary", "--by", "Ana"]
      #expect(try Self.run(canary, in: scratch).code == 98)
      let named = ["shadow", "pairs.jsonl", "--candidate", "candidate", "-q"]
      let decided = try Self.run(named, in: scratch)
      #expect(decided.code == shadow.code)
      // The same recordings are the same decision, however often they are decided on.
      _ = try Self.run(named, in: scratch)
      #expect(try Self.kinds(scratch) == ["decision", "decision"])
      let opened = try Self.run(canary, in: scratch)
      #expect(opened.code == (decided.code == 0 ? 0 : decided.code == 99 ? 99 : 98), "\(decided.output)\(opened)")
    }

    @Test func aFailAndARollbackRefuse() throws {
      let failed = try Self.project(passes: false)
      #expect(try Self.run(["gate", "-q"], in: failed).code == 99)
      let refused = try Self.promote(failed)
      #expect(refused.code == 99 && refused.output.hasPrefix("refused  production stays closed"), "\(refused)")

      let scratch = try Self.project()
      #expect(try Self.run(["gate", "-q"], in: scratch).code == 0)
      #expect(try Self.promote(scratch).code == 0)
      let back = try Self.run(["rollback", "--by", "Ana", "--reason", "refunds\nwent wrong"], in: scratch)
      #expect(back.code == 0 && back.output.contains("refunds\\nwent wrong"), "\(back)")
      #expect(try Self.run(["rollback", "--by", "Bob", "--reason", "again"], in: scratch).output.hasPrefix("already rolled back"))
      let after = try Self.promote(scratch)
      #expect(after.code == 99 && after.output.contains("rolled back on") && after.output.contains("by Ana"), "\(after)")
      #expect(try Self.kinds(scratch) == ["decision", "promotion", "rollback"])
      // A new pass opens anew.
      #expect(try Self.run(["gate", "-q", "--run", "latest"], in: scratch).code == 0)
      #expect(try Self.promote(scratch).code == 0)
    }

    @Test func anUnknownCandidateIsBadInput() throws {
      let scratch = try Self.project()
      #expect(try Self.run(["promote", "--stage", "production", "--by", "Ana"], in: scratch).code == 65)  // no store yet
      #expect(try Self.run(["gate", "-q"], in: scratch).code == 0)
      for name in ["nobody", "sha256:0000000000", "sha256:"] {
        let result = try Self.promote(scratch, name)
        #expect(result.code == 65 && result.errors.contains("the ledger knows"), "\(result)")
        #expect(try Self.run(["rollback", name, "--by", "Ana", "--reason", "x"], in: scratch).code == 65)
      }
      let digest = try #require(member(try Self.promote(scratch, "--json").output, "candidate", "digest") as? String)
      // By its digest a candidate needs no target in the config.
      try scratch.write("policy: {promotion: {stages: [offline]}}\n", to: "portcullis.yaml")
      #expect(try Self.promote(scratch, String(digest.prefix(20))).code == 0)
      #expect(try Self.promote(scratch, "candidate").code == 0)
      #expect(try Self.promote(scratch).code == 65)
    }

    @Test func twoPeopleSign() throws {
      let scratch = try Self.project("{stages: [offline], sign_offs: 2}")
      #expect(try Self.run(["gate", "-q"], in: scratch).code == 0)
      let none = try Self.promote(scratch)
      #expect(none.code == 98 && none.output.contains("2 people must sign this decision; nobody has"), "\(none)")
      #expect(try Self.promote(scratch, "--sign", by: "Ana Silva").code == 98)
      #expect(try Self.promote(scratch, "--sign", by: "ana silva").code == 98)
      #expect(try Self.kinds(scratch) == ["decision", "sign-off"])
      let two = try Self.promote(scratch, "--sign", by: "Bob")
      #expect(two.code == 0 && two.output.contains("signed by Ana Silva, Bob"), "\(two)")
      #expect(try Self.kinds(scratch) == ["decision", "sign-off", "sign-off", "promotion"])
      // Another decision needs its own signatures.
      #expect(try Self.run(["gate", "-q", "--run", "latest"], in: scratch).code == 0)
      #expect(try Self.promote(scratch).code == 98)
    }

    @Test func aWaivedRulingIsShownWithWhoAnswersForIt() throws {
      let scratch = try Self.project(extra: "error-rate")
      let plain = try Self.run(["gate", "-q", "--json"], in: scratch)
      #expect(plain.code == 98)
      let config = try scratch.read("portcullis.yaml")
      try scratch.write(config + "waivers: waivers.yaml\n", to: "portcullis.yaml")
      try scratch.write(
        "- {rule: error-rate, by: Ana, reason: one case only, expires: 2999-12-31}\n- {rule: latency, by: Ana, reason: x, expires: 2999-12-31}\n",
        to: "waivers.yaml")
      let waived = try Self.run(
        ["gate", "-q", "--run", "latest", "--report", "junit=gate.xml", "--report", "markdown=gate.md"], in: scratch)
      #expect(waived.code == 0, "\(waived)")
      #expect(waived.output.contains("waived by Ana until 2999-12-31: one case only"))
      #expect(waived.output.contains("the waiver of latency matches no ruling"))
      #expect(try scratch.read("gate.xml").contains("waived by Ana until 2999-12-31: one case only"))
      #expect(try scratch.read("gate.md").contains("waived by Ana until 2999-12-31: one case only"))
      let json = try Self.run(["report", "latest", "--json"], in: scratch).output
      let uses = member(json, "waivers") as? [[String: Any]] ?? []
      #expect(uses.map { $0["state"] as? String } == ["applied", "matches-nothing"])
      #expect(uses.allSatisfy { ($0["weighed_on"] as? String)?.count == 10 })
      #expect(try Self.run(["report", "latest"], in: scratch).output.contains("waived by Ana until 2999-12-31"))
      #expect(try Self.kinds(scratch) == ["decision", "waiver", "decision"])
      #expect(try Self.promote(scratch).output.contains("waived: error-rate, by Ana until 2999-12-31: one case only"))
      try scratch.write("- {rule: error-rate, by: Ana, reason: one case only, expires: 2020-12-31}\n", to: "waivers.yaml")
      let expired = try Self.run(["gate", "-q", "--run", "latest"], in: scratch)
      #expect(expired.code == 65 && expired.errors.contains("waivers.yaml:1:"), "\(expired)")
    }

    /// An export, with a decision, an opened stage, two signatures and a rollback in it.
    private static func ledger() throws -> Scratch {
      let scratch = try project("{stages: [offline], sign_offs: 2}")
      #expect(try run(["gate", "-q"], in: scratch).code == 0)
      for name in ["Ana", "Bob"] { _ = try promote(scratch, "--sign", by: name) }
      #expect(try run(["rollback", "--by", "Ana", "--reason", "refunds"], in: scratch).code == 0)
      #expect(try run(["history", "--export", "ledger.jsonl"], in: scratch).code == 0)
      return scratch
    }

    @Test func anExportThatWasChangedIsNamed() throws {
      let scratch = try Self.ledger()
      let whole = try Self.run(["history", "--verify", "ledger.jsonl"], in: scratch)
      #expect(whole.code == 0 && whole.output.hasPrefix("whole  'ledger.jsonl': 5 entries"), "\(whole)")
      let lines = try scratch.read("ledger.jsonl").split(separator: "\n").map(String.init)
      #expect(lines.count == 6)
      func edit(_ change: (inout [String]) -> Void) -> [String] {
        var edited = lines
        change(&edited)
        return edited
      }
      let rows: [(name: String, lines: [String], says: String)] = [
        ("edited", edit { $0[5] = $0[5].replacing("refunds", with: "nothing") }, "edited  entry 5 (rollback) was edited"),
        ("cut tail", edit { $0.removeLast() }, "cut  entry 5 is missing at the end"),
        ("cut middle", edit { $0.remove(at: 3) }, "missing  entry 3 is missing between entry 2 and entry 4"),
        ("cut beginning", edit { $0.remove(at: 1) }, "missing  entry 1 is missing at the beginning"),
        ("reordered", edit { $0.swapAt(2, 3) }, "reordered  entry 2 stands after entry 3"),
        ("twice", edit { $0.append($0[2]) }, "duplicated  entry 2 stands twice"),
        ("no first line", edit { $0.removeFirst() }, "headless  its first line is no head of a ledger"),
        ("a line of another kind", edit { $0[2] = "nonsense" }, "unreadable  record 2 makes no entry"),
      ]
      for row in rows {
        try scratch.write(row.lines.joined(separator: "\n") + "\n", to: "changed.jsonl")
        // Beside the store, and where there is none.
        for folder in [[], ["--store", "nowhere"]] {
          let result = try Self.run(["history", "--verify", "changed.jsonl"] + folder, in: scratch)
          #expect(result.code == 65 && result.output.contains(row.says), "\(row.name): \(result)")
        }
      }
      let edited = try Self.run(["history", "--verify", "changed.jsonl"], in: scratch)
      #expect(edited.errors.contains("was changed"))
      // An older export is a beginning of the ledger: whole, and told to be older.
      #expect(try Self.run(["gate", "-q", "--run", "latest"], in: scratch).code == 0)
      let older = try Self.run(["history", "--verify", "ledger.jsonl"], in: scratch)
      #expect(older.code == 0 && older.output.contains("the store has gone on since: it has 6 entries, the file 5"), "\(older)")
    }

    @Test func aStoreThatWasEditedByHandIsNamedAndOpensNothing() throws {
      let scratch = try Self.ledger()
      let store = scratch.url.appending(path: ".portcullis/store.sqlite")
      var bytes = try Data(contentsOf: store)
      let place = try #require(bytes.range(of: Data("\"reason\":\"refunds\"".utf8)))
      bytes.replaceSubrange(place, with: Data("\"reason\":\"nothing\"".utf8))
      try bytes.write(to: store)
      let verified = try Self.run(["history", "--verify"], in: scratch)
      #expect(verified.code == 65 && verified.output.hasPrefix("edited  entry 5 (rollback) was edited"), "\(verified)")
      let listed = try Self.run(["history"], in: scratch)
      #expect(listed.code == 65 && listed.output.contains("nothing"))
      for arguments in [["gate", "-q", "--run", "latest"], ["promote", "--stage", "production", "--by", "Ana"]] {
        #expect(try Self.run(arguments, in: scratch).code == 65, "\(arguments)")
      }
    }

    @Test func theFileBesideTheStoreFindsATailThatIsGone() throws {
      let scratch = try Self.ledger()
      let head = try scratch.read(".portcullis/ledger.head")
      try scratch.write("9" + head.dropFirst(), to: ".portcullis/ledger.head")
      let cut = try Self.run(["history", "--verify"], in: scratch)
      #expect(cut.code == 65 && cut.output.contains("cut  entries 6 to 9 are missing at the end"), "\(cut)")
      try FileManager.default.removeItem(at: scratch.url.appending(path: ".portcullis/ledger.head"))
      let gone = try Self.run(["history", "--verify"], in: scratch)
      #expect(gone.code == 65 && gone.errors.contains("write this one line into it: " + head.dropLast()), "\(gone)")
      try scratch.write(head, to: ".portcullis/ledger.head")
      try scratch.write(head, to: "kept.head")
      #expect(try Self.run(["history", "--verify", "--head", "kept.head"], in: scratch).code == 0)
      try scratch.write("5 sha256:" + String(repeating: "0", count: 64), to: "kept.head")
      #expect(try Self.run(["history", "--verify", "--head", "kept.head"], in: scratch).code == 65)
    }

    @Test func theHistoryIsForPeopleAndEscaped() throws {
      let scratch = try Self.project()
      #expect(try Self.run(["gate", "-q"], in: scratch).code == 0)
      _ = try Self.run(["rollback", "--by", "Ana", "--reason", "\u{1B}[31mred\u{202E}"], in: scratch)
      let listed = try Self.run(["history"], in: scratch)
      #expect(listed.code == 0 && listed.output.contains("\\u{1B}[31mred\\u{202E}"))
      #expect(try Self.run(["history", "--candidate", "candidate"], in: scratch).output.split(separator: "\n").count == 2)
      #expect(try Self.run(["history", "--candidate", "other"], in: scratch).output == "no entry of this candidate\n")
      #expect(try Self.run(["history", "x.jsonl"], in: scratch).code == 64)
    }

    /// Signatures of fifty people, each process killed at an instant of its own; then each signs again.
    @Test func killsLoseNothingAndRecordNothingTwice() throws {
      let scratch = try Self.project("{stages: [offline], sign_offs: 20}")
      #expect(try Self.run(["gate", "-q"], in: scratch).code == 0)
      for person in 0..<50 {
        let victim = try Binary.start(
          ["promote", "--stage", "production", "--sign", "--by", "Person \(person)"], in: scratch.url)
        // From before the store is opened to after the answer, by turns of looking.
        var turns = 0
        _ = victim.reaches {
          turns += 1
          return turns > person
        }
        victim.signal(SIGKILL)
        victim.wait()
        let told = victim.output.contains("production")
        let ledger = try Self.run(["history", "--verify"], in: scratch)
        #expect(ledger.code == 0, "\(ledger)")
        // What was acknowledged is there.
        if told { #expect(try Self.run(["history"], in: scratch).output.contains("signed by Person \(person)\n")) }
      }
      for person in 0..<50 { _ = try Self.promote(scratch, "--sign", by: "Person \(person)") }
      let listed = try Self.run(["history"], in: scratch).output.split(separator: "\n")
      // After the twentieth signature the stage is open, and who comes later has nothing to sign that is missing.
      #expect(listed.count { $0.contains("opened for") } == 1)
      for person in 0..<50 { #expect(listed.count { $0.hasSuffix("signed by Person \(person)") } <= 1) }
      #expect(try Self.run(["history", "--verify"], in: scratch).code == 0)
    }
  }
}
