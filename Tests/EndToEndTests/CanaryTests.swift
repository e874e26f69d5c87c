import Foundation
import Glibc
import PortcullisStore
import Testing

extension EndToEnd {
  /// `canary` through the built command: a stream that is harmful, one that is fine, and all those that prove nothing.
  @Suite struct Canary {
    @Test func aLossRollsBackAndSaysWhen() throws {
      let scratch = try project()
      try scratch.write(MadeTraffic(loss: 0.4, from: 3).lines, to: "s.jsonl")
      let result = try Binary.run(["canary", "backtest", "--observations", "s.jsonl"], in: scratch.url)
      #expect(result.code == 99, "\(result.output)\(result.errors)")
      #expect(result.output.contains(#/[0-9.]+ h  rollback  /#) && result.output.contains("Rolled back after "), "\(result.output)")
      let json = try Binary.run(["canary", "backtest", "--observations", "s.jsonl", "--json"], in: scratch.url).output
      #expect(member(json, "verdict") as? String == "fail" && member(json, "stage") as? String == "canary")
      #expect(member(json, "canary", "outcome", "end") as? String == "rolled-back")
      let hour = try #require(member(json, "canary", "outcome", "at_h") as? Double)
      #expect((3...12).contains(hour), "\(hour)")
    }

    @Test func anEqualCandidateIsPromoted() throws {
      let scratch = try project()
      try scratch.write(MadeTraffic().lines, to: "s.jsonl")
      let result = try Binary.run(["canary", "backtest", "--observations", "s.jsonl", "--by", "segment"], in: scratch.url)
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      #expect(result.output.contains("Promoted after ") && result.output.contains("paid"), "\(result.output)")
      #expect(result.errors.contains("observations: "), "\(result.errors)")
    }

    @Test func feedingInPiecesOrTwiceOrThroughAPipeIsFeedingOnce() throws {
      let lines = MadeTraffic(hours: 6).lines.split(separator: "\n", omittingEmptySubsequences: true).map { $0 + "\n" }
      var verdicts = [String]()
      for way in 0..<3 {
        let scratch = try started("    traffic: 50%\n    bake: 12h\n")
        try scratch.write(lines.joined(), to: "all.jsonl")
        switch way {
        case 0: #expect(try observe(scratch, "all.jsonl").code == 0)
        case 1:
          try scratch.write(lines[..<250].joined(), to: "first.jsonl")
          try scratch.write(lines[200...].joined(), to: "rest.jsonl")
          #expect(try observe(scratch, "first.jsonl").code == 0)
          let second = try observe(scratch, "rest.jsonl")
          #expect(second.errors.contains("50 seen before"), "\(second.errors)")
          let again = try observe(scratch, "all.jsonl")
          #expect(again.errors.contains("\(lines.count) observations: \(lines.count) seen before"), "\(again.errors)")
        default:
          #expect(mkfifo(scratch.url.appending(path: "pipe").path, 0o600) == 0)
          let process = try Binary.start(["canary", "observe", "pipe"], in: scratch.url)
          try lines.joined().write(toFile: scratch.url.appending(path: "pipe").path, atomically: false, encoding: .utf8)
          process.wait()
          #expect(process.code == 0, "\(process.errors)")
        }
        let status = try Binary.run(["canary", "status", "--json", "--at", "6"], in: scratch.url)
        #expect(status.code == 98, "\(status.output)\(status.errors)")
        verdicts.append(try rulings(status.output))
      }
      #expect(verdicts[0] == verdicts[1] && verdicts[0] == verdicts[2])
    }

    /// Never a pass and never a crash: each with its sentence.
    @Test(arguments: badStreams) func aStreamThatProvesNothingPromotesNothing(_ row: BadStream) throws {
      let scratch = try started()
      try scratch.write(row.lines, to: "s.jsonl")
      let backtest = try Binary.run(
        ["canary", "backtest", "--observations", "s.jsonl", "--start", "2026-09-16T00:00:00Z"], in: scratch.url)
      #expect(backtest.code == (row.isDamaged ? 65 : 98), "\(backtest.code) \(backtest.output)\(backtest.errors)")
      if row.isDamaged { #expect(backtest.errors.words.contains(row.says), "\(backtest.errors)") }
      let observed = try observe(scratch, "s.jsonl")
      #expect(observed.code == (row.isDamaged ? 65 : 0), "\(observed.code) \(observed.output)\(observed.errors)")
      let status = try Binary.run(["canary", "status", "--at", "20"], in: scratch.url)
      #expect(status.code == 98, "\(status.code) \(status.output)\(status.errors)")
      if row.isDamaged {
        #expect(observed.errors.contains("s.jsonl:") && observed.errors.words.contains(row.says), "\(observed.errors)")
        #expect(status.output.words.contains("could not be read"), "\(status.output)")
      } else {
        #expect(status.output.words.contains(row.says), "\(status.output)")
      }
    }

    @Test func duplicatesCountOnce() throws {
      let scratch = try project()
      let once = MadeTraffic(hours: 6).lines
      try scratch.write(once, to: "once.jsonl")
      try scratch.write(once.split(separator: "\n").flatMap { [$0, $0] }.map { $0 + "\n" }.joined(), to: "twice.jsonl")
      let one = try Binary.run(["canary", "backtest", "--observations", "once.jsonl", "--json"], in: scratch.url)
      let two = try Binary.run(["canary", "backtest", "--observations", "twice.jsonl", "--json"], in: scratch.url)
      #expect(try rulings(one.output) == rulings(two.output))
      #expect(two.errors.contains("600 seen before"), "\(two.errors)")
    }

    @Test func anActionIsCalledOnceHoweverOftenItIsFedAndAskedFor() throws {
      let scratch = try started(more: "    actions: {rollback: {command: [./roll-back.sh, now]}}\n")
      try scratch.write("#!/bin/sh\necho \"$1 $PORTCULLIS_IDEMPOTENCY_KEY $(cat)\" >> called\n", to: "roll-back.sh")
      #expect(chmod(scratch.url.appending(path: "roll-back.sh").path, 0o755) == 0)
      try scratch.write(MadeTraffic(loss: 0.5, from: 1).lines, to: "s.jsonl")
      let first = try observe(scratch, "s.jsonl")
      #expect(first.code == 0, "\(first.errors)")
      #expect(first.output.hasPrefix("rollback  canary c1 · "), "\(first.output)")
      for _ in 0..<2 { _ = try observe(scratch, "s.jsonl") }
      #expect(try Binary.run(["canary", "status"], in: scratch.url).code == 99)
      let called = try scratch.read("called")
      #expect(called.split(separator: "\n").count == 1 && called.hasPrefix("now portcullis-"), "\(called)")
      #expect(called.contains("\"event\":\"rollback\"") && called.contains("\"canary\":\"c1\""), "\(called)")
      let message = String(called.drop { $0 != "{" })
      for arm in ["candidate", "production"] {
        let digest = member(message, arm, "digest") as? String
        #expect(member(message, arm, "target") as? String == arm && digest?.hasPrefix("sha256:") == true, "\(called)")
      }
      let reason = try #require(member(message, "reason") as? String)
      #expect(member(message, "words") as? String == reason && reason.contains("a loss is proven"), "\(called)")
    }

    /// A stream may never end; what it proves is told while it goes on.
    @Test func anActionIsCalledWhileTheStreamGoesOn() throws {
      let scratch = try started(more: "    actions: {rollback: {command: [touch, called]}}\n")
      #expect(mkfifo(scratch.url.appending(path: "pipe").path, 0o600) == 0)
      let process = try Binary.start(["canary", "observe", "pipe"], in: scratch.url)
      let feed = try FileHandle(forWritingTo: scratch.url.appending(path: "pipe"))
      try feed.write(contentsOf: Data(MadeTraffic(hours: 4, loss: 0.5, from: 1).lines.utf8))
      let deadline = ContinuousClock.now + .seconds(20)
      _ = process.reaches { (try? scratch.read("called")) != nil || ContinuousClock.now > deadline }
      #expect(process.isRunning && (try? scratch.read("called")) != nil, "nobody was called before the end of the stream")
      try feed.close()
      process.wait()
      #expect(process.code == 0, "\(process.errors)")
    }

    /// An acknowledged action for `advance` moves the traffic; one that is not acknowledged does not.
    @Test func anAcknowledgedStepMovesTheTraffic() throws {
      let scratch = try started("    traffic: [50%, 60%]\n    bake: 2h\n", more: "    actions: {advance: {command: [./move.sh]}}\n")
      try scratch.write(MadeTraffic(hours: 10).lines, to: "s.jsonl")
      let refused = try Binary.run(["canary", "observe", "s.jsonl", "--patience", "0s"], in: scratch.url)
      #expect(refused.code == 69 && refused.output.hasPrefix("continue  canary c1 · stage 1 of 2"), "\(refused.output)\(refused.errors)")
      let between = MadeTraffic(hours: 1, first: 10, seed: 3)
      try scratch.write(between.lines, to: "between.jsonl")
      let waiting = try Binary.run(["canary", "observe", "between.jsonl", "--patience", "0s"], in: scratch.url)
      #expect(waiting.code == 69 && waiting.output.contains("stage 1 of 2"), "\(waiting.output)\(waiting.errors)")
      try scratch.write("#!/bin/sh\ncat > called\n", to: "move.sh")
      #expect(chmod(scratch.url.appending(path: "move.sh").path, 0o755) == 0)
      #expect(try Binary.run(["canary", "status", "--at", "11"], in: scratch.url).code == 98)
      #expect(member(try scratch.read("called"), "share") as? Double == 0.6)
      try scratch.write(MadeTraffic(hours: 4, first: 11, share: 0.6, seed: 5).lines, to: "more.jsonl")
      let more = try observe(scratch, "more.jsonl")
      #expect(more.output.hasPrefix("promote  canary c1 · stage 2 of 2 at 60 %"), "\(more.output)\(more.errors)")
    }

    @Test func anActionThatIsNotAcknowledgedIsKeptAndSaid() throws {
      let scratch = try started(more: "    actions: {rollback: {command: [./later.sh]}}\n")
      try scratch.write(MadeTraffic(loss: 0.5, from: 1).lines, to: "s.jsonl")
      let refused = try Binary.run(["canary", "observe", "s.jsonl", "--patience", "1s"], in: scratch.url)
      #expect(refused.code == 69, "\(refused.code) \(refused.errors)")
      #expect(refused.errors.contains("is not acknowledged") && refused.errors.contains("canary status c1"), "\(refused.errors)")
      try scratch.write("#!/bin/sh\ncat > called\n", to: "later.sh")
      #expect(chmod(scratch.url.appending(path: "later.sh").path, 0o755) == 0)
      #expect(try Binary.run(["canary", "status"], in: scratch.url).code == 99)
      #expect(try scratch.read("called").contains("\"verdict\":\"rollback\""))
    }

    @Test(arguments: [("rollback", Int32(99), "Rolled back: the deadline of 24 h"), ("hold", 98, "Expired: the deadline of 24 h")])
    func theDeadlineIsADecision(_ policy: String, _ code: Int32, _ says: String) throws {
      let scratch = try started(more: "    on_timeout: \(policy)\n")
      try scratch.write(MadeTraffic(hours: 2).lines, to: "s.jsonl")
      #expect(try observe(scratch, "s.jsonl").code == 0)
      #expect(try Binary.run(["canary", "status", "--at", "3"], in: scratch.url).code == 98)
      let late = try Binary.run(["canary", "status", "--at", "25"], in: scratch.url)
      #expect(late.code == code && late.output.words.contains(says), "\(late.code) \(late.output)")
      let earlier = try Binary.run(["canary", "status", "--at", "3"], in: scratch.url)
      #expect(earlier.code == code, "an end is final: \(earlier.output)")
    }

    /// A line that shows that the deadline is past ends the canary, even where none before it counts.
    @Test func theDeadlineThatAStreamShowsIsRecordedAndTold() throws {
      let scratch = try started(more: "    actions: {rollback: {command: [touch, called]}}\n")
      try scratch.write(MadeTraffic(hours: 1, first: 25).lines, to: "late.jsonl")
      let observed = try observe(scratch, "late.jsonl")
      #expect(observed.output.hasPrefix("rollback  canary c1"), "\(observed.output)")
      #expect((try? scratch.read("called")) != nil, "nobody was called")
      #expect(try Binary.run(["canary", "status", "--at", "3"], in: scratch.url).code == 99)
    }

    @Test(arguments: [(0.0, Int32(0), ["decision", "promotion"]), (0.5, 99, ["decision", "rollback"])])
    func anEndEntersThePromotionLedgerOnce(_ loss: Double, _ code: Int32, _ kinds: [String]) throws {
      let scratch = try started(more: "  promotion: {stages: [canary]}\n")
      try scratch.write(MadeTraffic(loss: loss, from: 1).lines, to: "s.jsonl")
      for _ in 0..<2 {
        _ = try observe(scratch, "s.jsonl")
        #expect(try Binary.run(["canary", "status", "--at", "20"], in: scratch.url).code == code)
      }
      let door = try Binary.run(["promote", "--stage", "production", "--by", "Ana"], in: scratch.url)
      #expect(door.code == code, "\(door.output)\(door.errors)")
      let history = try Binary.run(["history", "--json"], in: scratch.url).output.split(separator: "\n").dropFirst()
      #expect(history.compactMap { member(String($0), "kind") as? String } == kinds)
    }

    /// A ledger that somebody changed keeps no rollback waiting.
    @Test func aChangedLedgerDoesNotHoldUpARollback() throws {
      let scratch = try started(more: "    actions: {rollback: {command: [touch, called]}}\n")
      try scratch.write(MadeTraffic().lines, to: "equal.jsonl")
      #expect(try observe(scratch, "equal.jsonl").code == 0)
      let store = scratch.url.appending(path: ".portcullis/store.sqlite")
      var bytes = try Data(contentsOf: store)
      let place = try #require(bytes.range(of: Data("\"kind\":\"decision\"".utf8)))
      bytes.replaceSubrange(place, with: Data("\"kind\":\"decisiom\"".utf8))
      try bytes.write(to: store)
      #expect(try Binary.run(["canary", "start", "c2"], in: scratch.url).code == 0)
      try scratch.write(MadeTraffic(loss: 0.5, from: 1).lines, to: "s.jsonl")
      let observed = try observe(scratch, "s.jsonl")
      #expect(observed.code == 0 && observed.errors.contains("the promotion ledger was changed"), "\(observed.errors)")
      #expect(try scratch.read("called").isEmpty)
      #expect(try Binary.run(["canary", "status"], in: scratch.url).code == 99)
    }

    @Test func aPersonStopsIt() throws {
      let scratch = try started()
      let stopped = try Binary.run(["canary", "stop", "--by", "ada", "--reason", "angry\u{1B}[31m tickets"], in: scratch.url)
      #expect(stopped.code == 99, "\(stopped.errors)")
      let status = try Binary.run(["canary", "status"], in: scratch.url)
      #expect(status.code == 99 && status.output.words.contains("by ada: angry\\u{1B}[31m tickets"), "\(status.output)")
      let again = try Binary.run(["canary", "stop", "--by", "bob", "--reason", "late"], in: scratch.url)
      #expect(
        again.code == 99 && again.errors.contains("was over already") && !again.output.contains("bob"), "\(again.output)\(again.errors)")
    }

    @Test func theNextShareWaitsForThePersonWhoMovesTheTraffic() throws {
      let scratch = try started("    traffic: [50%, 60%]\n    bake: 2h\n")
      let early = try Binary.run(["canary", "advance"], in: scratch.url)
      #expect(early.code == 65 && early.errors.contains("waits for no other share"), "\(early.errors)")
      let stream = MadeTraffic(hours: 20)
      try scratch.write(stream.lines, to: "s.jsonl")
      #expect(try observe(scratch, "s.jsonl").code == 0)
      let waiting = try Binary.run(["canary", "status", "--at", "20"], in: scratch.url)
      #expect(waiting.code == 98 && waiting.output.words.contains("the traffic goes to 60 %"), "\(waiting.output)")
      #expect(try Binary.run(["canary", "advance", "--at", "20"], in: scratch.url).code == 0)
      try scratch.write(MadeTraffic(hours: 4, first: 20, share: 0.6, seed: 5).lines, to: "more.jsonl")
      let more = try observe(scratch, "more.jsonl")
      #expect(more.output.hasPrefix("promote  canary c1 · stage 2 of 2 at 60 %"), "\(more.output)\(more.errors)")
      #expect(try Binary.run(["canary", "status"], in: scratch.url).code == 0)
    }

    @Test func aBacktestMovesTheShareByItself() throws {
      let scratch = try project("    traffic: [50%, 51%]\n    bake: 2h\n")
      try scratch.write(MadeTraffic().lines, to: "s.jsonl")
      let result = try Binary.run(["canary", "backtest", "--observations", "s.jsonl", "-q"], in: scratch.url)
      #expect(result.code == 0 && result.output.words.contains("advance the traffic goes to 51 %"), "\(result.output)")
      #expect(result.output.words.contains("stage 2 of 2") && result.errors.isEmpty, "\(result.output)\(result.errors)")
    }

    @Test func momentsMayBeTimes() throws {
      let scratch = try project()
      let lines = ["02:15", "05:30"].map { #"{"id":"\#($0)","at":"2026-09-16T\#($0):00Z","arm":"candidate","score":1}"# + "\n" }
      try scratch.write(lines.joined(), to: "s.jsonl")
      let backtest = ["canary", "backtest", "--observations", "s.jsonl", "--json"]
      #expect(member(try Binary.run(backtest, in: scratch.url).output, "canary", "at_h") as? Double == 3.25)
      let fixed = try Binary.run(backtest + ["--start", "2026-09-16T00:00:00Z"], in: scratch.url)
      #expect(member(fixed.output, "canary", "at_h") as? Double == 5.5, "\(fixed.output)\(fixed.errors)")
      #expect(try Binary.run(["canary", "start", "c1", "--at", "2026-09-16T00:00:00Z"], in: scratch.url).code == 0)
      #expect(try observe(scratch, "s.jsonl").output.contains("5.5 h of 24.0 h"))
      let status = try Binary.run(["canary", "status", "--json", "--at", "2026-09-16T06:30:00Z"], in: scratch.url)
      #expect(member(status.output, "canary", "at_h") as? Double == 6.5, "\(status.output)\(status.errors)")
    }

    @Test func lookingOftenFillsNothing() throws {
      let scratch = try started()
      try scratch.write(MadeTraffic(hours: 2).lines, to: "s.jsonl")
      #expect(try observe(scratch, "s.jsonl").code == 0)
      func looks() throws -> Int {
        let store = try Store.open(folder: scratch.url.appending(path: ".portcullis").path)
        let canary = try store.canary(named: "c1")
        var pages = store.looks(of: canary)
        var count = 0
        while try pages.next() != nil { count += 1 }
        try store.close()
        return count
      }
      let before = try looks()
      for _ in 0..<4 { #expect(try Binary.run(["canary", "status", "--at", "2.5"], in: scratch.url).code == 98) }
      #expect(try looks() == before)
    }

    @Test func aReportIsWrittenBesideTheStatus() throws {
      let scratch = try started()
      let status = try Binary.run(["canary", "status", "--at", "1", "--report", "json=r.json"], in: scratch.url)
      #expect(status.code == 98, "\(status.errors)")
      #expect(member(try scratch.read("r.json"), "stage") as? String == "canary")
    }

    @Test func whatIsNotCountedIsTold() throws {
      let scratch = try started()
      try scratch.write(
        MadeTraffic(perHour: 10, hours: 4).map {
          if $0 == 30 { $1.at = 0 }
          if $0 < 3 { $1.more += #","scroe":1"# }
        }, to: "s.jsonl")
      let observed = try observe(scratch, "s.jsonl")
      #expect(observed.errors.contains("40 observations: 39 counted, 1 too late"), "\(observed.errors)")
      #expect(observed.errors.contains("the key 'scroe' is none of an observation and was ignored (3 times)"), "\(observed.errors)")
    }

    @Test func aDamagedLineThatComesAgainIsTheSameOne() throws {
      let scratch = try started()
      try scratch.write(MadeTraffic(hours: 2).map { if $0 == 50 { $1.arm = "shadow" } }, to: "s.jsonl")
      var standings = [String]()
      for _ in 0..<2 {
        #expect(try observe(scratch, "s.jsonl").code == 65)
        standings.append(try Binary.run(["canary", "status", "--json", "--at", "2"], in: scratch.url).output)
      }
      #expect(member(standings[0], "sentence") as? String == member(standings[1], "sentence") as? String)
      #expect((member(standings[0], "sentence") as? String)?.contains("1 line of the stream could not be read") == true, "\(standings[0])")
    }

    @Test func aCanaryWithoutANameIsCalledAfterItsCandidate() throws {
      let scratch = try project()
      for name in ["candidate", "candidate-2", "candidate-3"] {
        let result = try Binary.run(["canary", "start"], in: scratch.url)
        #expect(result.code == 0 && result.output.hasPrefix("canary \(name): "), "\(result.output)\(result.errors)")
      }
    }

    /// The one that finds the canary moved on takes it up where it is.
    @Test func twoFeedersAtOnceCountEverythingOnce() throws {
      let scratch = try started("    traffic: 50%\n    bake: 12h\n")
      let lines = MadeTraffic(hours: 6).lines.split(separator: "\n").map { $0 + "\n" }
      #expect(mkfifo(scratch.url.appending(path: "pipe").path, 0o600) == 0)
      let slow = try Binary.start(["canary", "observe", "pipe"], in: scratch.url)
      // It has loaded the canary when it opens the pipe.
      let feed = try FileHandle(forWritingTo: scratch.url.appending(path: "pipe"))
      try scratch.write(lines[..<400].joined(), to: "s.jsonl")
      #expect(try observe(scratch, "s.jsonl").code == 0)
      try feed.write(contentsOf: Data(lines[200...].joined().utf8))
      try feed.close()
      slow.wait()
      #expect(slow.code == 0 && slow.errors.contains("400 observations: 200 counted, 200 seen before"), "\(slow.errors)")
      let inTwo = try Binary.run(["canary", "status", "--json", "--at", "6"], in: scratch.url).output
      let whole = try started("    traffic: 50%\n    bake: 12h\n")
      try whole.write(lines.joined(), to: "s.jsonl")
      #expect(try observe(whole, "s.jsonl").code == 0)
      let atOnce = try Binary.run(["canary", "status", "--json", "--at", "6"], in: whole.url).output
      #expect(try rulings(inTwo) == rulings(atOnce))
    }

    @Test(
      arguments: [
        (["canary"], 64, "canary needs to be told what to do"), (["canary", "observ"], 64, "observ"),
        (["canary", "status", "nope"], 65, "no canary 'nope'"), (["canary", "observe", "missing.jsonl"], 65, "there is no such file"),
        (["canary", "observe", "/dev/zero"], 65, "this is a device"), (["canary", "start", "c1"], 65, "there is a canary 'c1' already"),
        (["canary", "start", "latest"], 65, "'latest' stands for the newest canary"),
        (["canary", "start", "x", "--at", "noon"], 64, "--at is 'noon', which is no time"),
        (["canary", "status", "--at", "-1"], 64, "--at"), (["canary", "stop", "--by", " ", "--reason", "x"], 64, "--by is empty"),
        (["canary", "stop"], 64, "--by"), (["canary", "backtest"], 64, "--observations"),
        (["canary", "backtest", "--observations", "empty.jsonl"], 65, "there is no observation"),
        (["canary", "backtest", "--observations", "empty.jsonl", "--traffic", "5"], 64, "did you mean '5%'?"),
        (["canary", "backtest", "--observations", "empty.jsonl", "--by", "colour"], 64, "--by"),
      ] as [([String], Int32, String)])
    func aBadCommandLineHasItsCode(_ arguments: [String], _ code: Int32, _ says: String) throws {
      let scratch = try started()
      try scratch.write("", to: "empty.jsonl")
      let result = try Binary.run(arguments, in: scratch.url)
      #expect(result.code == code, "\(result.code) \(result.output)\(result.errors)")
      #expect(result.errors.contains(says), "\(result.errors)")
    }

    @Test func aCanaryNeedsProductionAndItsSecrets() throws {
      let scratch = try project(more: "    actions: {rollback: {webhook: {env: ROLL_BACK_URL}}}\n")
      let unset = try Binary.run(["canary", "start"], in: scratch.url)
      #expect(unset.code == 65 && unset.errors.contains("the environment variable 'ROLL_BACK_URL' is not set"), "\(unset.errors)")
      #expect(!FileManager.default.fileExists(atPath: scratch.url.appending(path: ".portcullis").path), "a store was made")
      let config = try scratch.read("portcullis.yaml").replacing("  production: {provider: openai, model: old}\n", with: "")
      try scratch.write(config, to: "portcullis.yaml")
      let alone = try Binary.run(["canary", "start"], in: scratch.url, environment: ["ROLL_BACK_URL": "http://127.0.0.1:9/x"])
      #expect(alone.code == 65 && alone.errors.contains("there is no target 'production'"), "\(alone.errors)")
    }

    /// Killed again and again while it feeds, it counts everything once and calls under one key.
    @Test func killsLoseNothingAndCountNothingTwice() throws {
      let stream = MadeTraffic(perHour: 200, hours: 12, loss: 0.3, from: 8).lines
      let policy = "    traffic: 50%\n    bake: 20h\n"
      let expected = try started(policy)
      try expected.write(stream, to: "s.jsonl")
      _ = try observe(expected, "s.jsonl")
      let scratch = try started(
        policy, more: "    actions: {rollback: {command: [sh, -c, \"echo $PORTCULLIS_IDEMPOTENCY_KEY >> called\"]}}\n")
      try scratch.write(stream, to: "s.jsonl")
      var dice = Dice(state: 12)
      for _ in 0..<12 {
        let process = try Binary.start(["canary", "observe", "s.jsonl"], in: scratch.url)
        usleep(UInt32(dice.roll() * 300_000))
        process.signal(SIGKILL)
        process.wait()
      }
      _ = try observe(scratch, "s.jsonl")
      let (mine, theirs) = (
        try Binary.run(["canary", "status", "--json", "--at", "12"], in: scratch.url),
        try Binary.run(["canary", "status", "--json", "--at", "12"], in: expected.url)
      )
      #expect(mine.code == theirs.code && mine.code == 99, "\(mine.output)\(mine.errors)")
      #expect(try rulings(mine.output) == rulings(theirs.output))
      // A process that was killed between the call and its record leaves the next one to call again: under the same key.
      let keys = try scratch.read("called").split(separator: "\n")
      #expect(Set(keys).count == 1 && keys.allSatisfy { $0.hasPrefix("portcullis-") }, "\(keys)")
    }

    // Arranging.

    private func observe(_ scratch: Scratch, _ file: String) throws -> Binary.Result {
      try Binary.run(["canary", "observe", file], in: scratch.url)
    }

    private func project(_ traffic: String = "    traffic: 50%\n    bake: 4h\n", more: String = "") throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(
        """
        targets:
          candidate: {provider: openai, model: new}
          production: {provider: openai, model: old}
        policy:
          canary:
            deadline: 24h
            rules: [no-regression: {margin: 15%}]

        """ + traffic + more, to: "portcullis.yaml")
      return scratch
    }

    /// With a canary `c1`.
    private func started(_ traffic: String = "    traffic: 50%\n    bake: 4h\n", more: String = "") throws -> Scratch {
      let scratch = try project(traffic, more: more)
      let result = try Binary.run(["canary", "start", "c1"], in: scratch.url)
      #expect(result.code == 0, "\(result.output)\(result.errors)")
      return scratch
    }

    /// The rulings and the breakdown: all that was learnt, without names and moments.
    private func rulings(_ json: String) throws -> String {
      let parts: [Any?] = [member(json, "rulings"), member(json, "canary", "breakdown")]
      let data = try JSONSerialization.data(withJSONObject: parts.compactMap { $0 }, options: .sortedKeys)
      #expect(parts.count == 2 && data.count > 100)
      return String(decoding: data, as: UTF8.self)
    }
  }
}

/// A made stream, evenly spaced, with arms and scores drawn by a seeded generator.
struct MadeTraffic {
  var perHour = 100
  var hours = 20.0
  var first = 0.0
  var share = 0.5
  var rate = 0.9
  var loss = 0.0
  var from = 0.0
  var seed: UInt64 = 1

  struct Line {
    var id: String
    var at: Double
    var arm: String
    var score: String
    var more = ""

    var text: String { #"{"id":"\#(id)","at":\#(at),"arm":"\#(arm)","score":\#(score)\#(more)}"# + "\n" }
  }

  func map(_ change: (Int, inout Line) -> Void) -> String {
    var dice = Dice(state: seed)
    return (0..<Int(Double(perHour) * hours)).map { place in
      let at = first + Double(place) / Double(perHour)
      let isCandidate = dice.roll() < share
      let passed = dice.roll() < rate - (isCandidate && at >= from ? loss : 0)
      var line = Line(id: "r\(seed)-\(place)", at: at, arm: isCandidate ? "candidate" : "production", score: passed ? "1" : "0")
      line.more = #","latency_ms":\#(200 + Int(dice.roll() * 400)),"segment":"\#(dice.roll() < 0.3 ? "paid" : "free")""#
      change(place, &line)
      return line.text
    }.joined()
  }

  var lines: String { map { _, _ in } }
}

struct BadStream: CustomTestStringConvertible, Sendable {
  let name: String
  let lines: String
  /// Whether some line cannot be read.
  var isDamaged = false
  let says: String
  var testDescription: String { name }
}

private let badStreams: [BadStream] = [
  BadStream(
    name: "only the candidate", lines: MadeTraffic().map { $1.arm = "candidate" },
    says: "went to the candidate at a share of 50 %: the split is broken"),
  BadStream(
    name: "a few of the candidate alone", lines: MadeTraffic(perHour: 1, hours: 5).map { $1.arm = "candidate" },
    says: "no request of production was observed"),
  BadStream(
    name: "a few of production alone", lines: MadeTraffic(perHour: 1, hours: 5).map { $1.arm = "production" },
    says: "no request of the candidate was observed"),
  BadStream(
    name: "a broken split", lines: MadeTraffic(share: 0.3).lines, says: "went to the candidate at a share of 50 %: the split is broken"),
  BadStream(
    name: "a dead exporter", lines: MadeTraffic().map { $1.score = "0.5" },
    says: "every score of both arms is 0.500: the exporter seems dead"),
  BadStream(name: "no scores", lines: MadeTraffic().map { $1.score = "null" }, says: "no observation of either arm carries 'score'"),
  BadStream(
    name: "scores lost in one arm", lines: MadeTraffic().map { if $1.arm == "candidate", $1.score == "0" { $1.score = "null" } },
    says: "scores of answered calls get lost in one arm more often"),
  BadStream(
    name: "scores lost in both arms", lines: MadeTraffic().map { if $0 % 20 == 0 { $1.score = "null" } },
    says: "of the requests lack 'score' (limit 2 %)"),
  BadStream(name: "silence", lines: MadeTraffic(hours: 3).lines, says: "no request of"),
  BadStream(
    name: "sessions that keep to their arm",
    lines: MadeTraffic().map {
      $1.more += #","cluster":"u\#($0 / 20)""#
      $1.arm = $0 / 20 % 2 == 0 ? "candidate" : "production"
    }, says: "requests of one session go to one arm"),
  BadStream(
    name: "clock steps", lines: MadeTraffic(hours: 3).map { if $0 % 50 == 49 { $1.at = max(0, $1.at - 2.5) } }, says: "no request of"),
  BadStream(
    name: "an unknown arm", lines: MadeTraffic().map { if $0 == 50 { $1.arm = "shadow" } }, isDamaged: true,
    says: "'arm' is 'shadow', which is unknown"),
  BadStream(
    name: "NaN scores", lines: MadeTraffic().map { if $0 % 100 == 50 { $1.score = "NaN" } }, isDamaged: true,
    says: "NaN is no number of JSON"),
  BadStream(
    name: "scores out of range", lines: MadeTraffic().map { if $0 == 50 { $1.score = "87" } }, isDamaged: true,
    says: "'score' is 87; it must be from 0 to 1"),
  BadStream(
    name: "a negative latency", lines: MadeTraffic().map { if $0 == 50 { $1.more = #","latency_ms":-5"# } }, isDamaged: true,
    says: "'latency_ms' is -5"),
  BadStream(
    name: "a cut line", lines: MadeTraffic().map { if $0 == 50 { $1.id += "\",\n" } }, isDamaged: true, says: "not JSON"),
  BadStream(
    name: "one id, two contents", lines: MadeTraffic().map { if $0 == 50 { $1.id = "r1-49" } }, isDamaged: true,
    says: "the id 'r1-49' came before with other content"),
  BadStream(
    name: "one id, two scores",
    lines: MadeTraffic().map {
      if $0 == 50 { $1.more += "}\n" + #"{"id":"r1-50","at":\#($1.at),"arm":"\#($1.arm)","score":0.25"# + $1.more }
    }, isDamaged: true, says: "the id 'r1-50' came before with other content"),
  BadStream(
    name: "hostile text", lines: MadeTraffic().map { if $0 == 50 { $1.id = "a\u{202E}b" } }, isDamaged: true,
    says: "invisible character U+202E"),
]
