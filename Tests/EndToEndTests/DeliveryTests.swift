import Foundation
import Testing

extension EndToEnd {
  /// A rollback is told until it is acknowledged, always under one key, and never afterwards.
  @Suite struct Deliveries {
    /// A canary that a person stops: one rollback to be told.
    private func stopped(_ destination: String, patience: String, environment: [String: String] = [:]) throws -> (Scratch, Binary.Result) {
      let scratch = try CanaryProject.make(rollback: destination)
      let begun = try Binary.run(["canary", "start", "summer"] + CanaryProject.start, in: scratch.url, environment: environment)
      #expect(begun.code == 0, "\(begun.errors)")
      let result = try Binary.run(
        ["canary", "stop", "summer", "--by", "ada", "--reason", "angry tickets", "--patience", patience], in: scratch.url,
        environment: environment)
      return (scratch, result)
    }

    private func status(_ scratch: Scratch, patience: String = "20s", environment: [String: String] = [:]) throws -> Binary.Result {
      try Binary.run(["canary", "status", "summer", "--patience", patience], in: scratch.url, environment: environment)
    }

    @Test(arguments: [
      ("at once", 1), ("after a break", 2), ("after errors", 4), ("after it was slow", 2), ("after 429", 2), ("after a redirect", 2),
    ])
    func aRollbackArrives(_ row: (how: String, calls: Int)) throws {
      let receiver = try Receiver { number, _ in
        switch (row.how, number) {
        case ("after a break", 0): .drop
        case ("after errors", 0...2): .status(500 + number)
        case ("after it was slow", 0): .silence
        case ("after 429", 0): .status(429, headers: "Retry-After: 1\r\n")
        case ("after a redirect", 0): .status(302, headers: "Location: http://127.0.0.1:1/\r\n")
        default: .status(200)
        }
      }
      defer { receiver.stop() }
      let (scratch, result) = try stopped("{webhook: \"\(receiver.url)\"}", patience: row.how == "after it was slow" ? "12s" : "20s")
      #expect(result.code == 99, "\(result.errors)")
      #expect(result.errors.contains("rollback: acknowledged, 127.0.0.1:\(receiver.port) answered 200"), "\(result.errors)")
      #expect(receiver.calls.count == row.calls && Set(receiver.calls.map(\.key)).count == 1)
      let first = try #require(receiver.calls.first)
      #expect(first.key.hasPrefix("portcullis-") && receiver.calls.allSatisfy { $0.body == first.body })
      #expect(member(first.body, "event") as? String == "rollback" && member(first.body, "canary") as? String == "summer")
      // What was acknowledged is never sent again, whoever asks.
      #expect(try status(scratch).code == 99)
      #expect(try Binary.run(["canary", "stop", "summer", "--by", "bob", "--reason", "again"], in: scratch.url).code == 99)
      #expect(receiver.calls.count == row.calls && receiver.acknowledged.count == 1)
    }

    @Test func whatNobodyAcknowledgesStaysPendingAndNeverLooksDone() throws {
      let receiver = try Receiver { _, _ in .status(503) }
      defer { receiver.stop() }
      let (scratch, result) = try stopped("{webhook: \"\(receiver.url)\"}", patience: "1s")
      #expect(result.code == 99)
      let words = "the message 'rollback' of canary 'summer' is not acknowledged: 127.0.0.1:\(receiver.port) answered 503: 'ok'"
      #expect(result.errors.contains(words), "\(result.errors)")
      #expect(result.errors.contains("'portcullis canary status summer' sends it again under the same key"))
      let again = try status(scratch, patience: "1s")
      #expect(again.code == 99 && again.errors.contains(words), "\(again.errors)")
      receiver.replies { _, _ in .status(204) }
      let heard = try status(scratch)
      #expect(heard.code == 99 && heard.errors.contains("answered 204") && !heard.errors.contains("not acknowledged"), "\(heard.errors)")
      #expect(Set(receiver.calls.map(\.key)).count == 1 && receiver.acknowledged.count == 1 && receiver.calls.count >= 3)
    }

    @Test func aReceiverThatIsNotThereIsCalledByTheNextCommand() throws {
      let receiver = try Receiver { _, _ in .status(200) }
      receiver.stop()
      let (scratch, result) = try stopped(
        "{webhook: {env: ROLLBACK_URL}}", patience: "1s", environment: ["ROLLBACK_URL": receiver.url + "/secret"])
      #expect(result.code == 99 && result.errors.contains("is not acknowledged"), "\(result.errors)")
      let unset = try status(scratch, patience: "1s")
      #expect(unset.errors.contains("the environment variable 'ROLLBACK_URL' is not set"), "\(unset.errors)")
      let other = try Receiver { _, _ in .status(200) }
      defer { other.stop() }
      let heard = try status(scratch, environment: ["ROLLBACK_URL": other.url + "/secret"])
      #expect(other.acknowledged.count == 1 && !(result.errors + unset.errors + heard.errors).contains("/secret"), "\(heard.errors)")
    }

    @Test func aTokenGoesAlongAndIsNeverShown() throws {
      let receiver = try Receiver { number, _ in .status(number == 0 ? 503 : 200) }
      defer { receiver.stop() }
      let (_, result) = try stopped(
        "{webhook: \"\(receiver.url)\", token: {env: ROLLBACK_TOKEN}}", patience: "20s", environment: ["ROLLBACK_TOKEN": "tok-4711"])
      #expect(result.code == 99 && !(result.output + result.errors).contains("tok-4711"), "\(result.errors)")
      #expect(receiver.calls.count == 2 && receiver.calls.allSatisfy { $0.head.lowercased().contains("authorization: bearer tok-4711") })
    }

    /// The next command does not call before the moment that the receiver asked for.
    @Test func whatTheReceiverAsksForHoldsForTheNextCommand() throws {
      let receiver = try Receiver { _, _ in .status(429, headers: "Retry-After: 120\r\n") }
      defer { receiver.stop() }
      let (scratch, result) = try stopped("{webhook: \"\(receiver.url)\"}", patience: "1s")
      #expect(result.errors.contains("answered 429") && result.errors.contains("and asked to wait until "), "\(result.errors)")
      let again = try status(scratch, patience: "1s")
      #expect(again.code == 99 && again.errors.contains("is not acknowledged") && receiver.calls.count == 1, "\(again.errors)")
    }

    /// Each destination of alerts has a lane of its own, and the actions have one.
    @Test func aSilentReceiverOfAlertsKeepsNoRollbackWaiting() throws {
      let (pager, receiver) = (try Receiver { _, _ in .silence }, try Receiver { _, _ in .status(200) })
      defer {
        pager.stop()
        receiver.stop()
      }
      let scratch = try CanaryProject.make(
        rollback: "{webhook: \"\(receiver.url)\"}", more: ["alerts:", "  to: {webhook: \"\(pager.url)\"}"])
      try scratch.write(CanaryProject.stream(requests: 600, failing: nil, seed: 7), to: "s.jsonl")
      #expect(try Binary.run(["canary", "start", "summer"] + CanaryProject.start, in: scratch.url).code == 0)
      #expect(try Binary.run(["canary", "observe", "s.jsonl"], in: scratch.url).code == 0)
      // Both arms fell silent.
      #expect(try Binary.run(["canary", "status", "--at", "4", "--patience", "0s"], in: scratch.url).code == 98)
      let result = try Binary.run(["canary", "stop", "--by", "ada", "--reason", "tickets", "--patience", "1s"], in: scratch.url)
      #expect(result.code == 99 && receiver.acknowledged.count == 1, "\(result.errors)")
      // What was raised must arrive before it is told to be over.
      #expect(Set(pager.calls.map { member($0.body, "event") as? String }) == ["alert-raised"])
      #expect(result.errors.contains("warning: the message 'alert-raised' of canary 'summer' is not acknowledged"), "\(result.errors)")
    }

    /// Two commands at once: one delivers, the other one waits for it, and nothing is told twice.
    @Test func oneOfManyProcessesDelivers() throws {
      let receiver = try Receiver { _, _ in .status(503) }
      defer { receiver.stop() }
      let (scratch, _) = try stopped("{webhook: \"\(receiver.url)\"}", patience: "0s")
      let before = receiver.calls.count
      receiver.replies { _, _ in .held(200) }
      let watchers = try (0..<3).map { _ in try Binary.start(["canary", "status", "summer", "--patience", "20s"], in: scratch.url) }
      _ = watchers[0].reaches { receiver.calls.count > before }
      // The others had the time of a whole command to call as well.
      #expect(try Binary.run(["canary", "status", "summer", "--patience", "0s"], in: scratch.url).errors.contains("is not acknowledged"))
      #expect(receiver.calls.count == before + 1)
      receiver.release()
      for watcher in watchers { watcher.wait() }
      #expect(receiver.calls.count == before + 1 && receiver.acknowledged.count == 1)
      #expect(watchers.allSatisfy { $0.code == 99 && !$0.errors.contains("not acknowledged") }, "\(watchers.map(\.errors))")
    }

    /// By words, without a shell; what it prints is somebody else's text.
    @Test func aProgramAcknowledgesByItsCode() throws {
      let scratch = try CanaryProject.make(rollback: "{command: [./back.sh, \"$(touch hacked)\", \"a b\"]}")
      try scratch.write(
        """
        #!/bin/sh
        printf '%s|%s|%s|%s|' "$1" "$2" "$PORTCULLIS_EVENT" "$PORTCULLIS_IDEMPOTENCY_KEY" >> calls; cat >> calls; echo >> calls
        printf 'no \\033[31mway\\n' >&2
        test "$(wc -l < calls)" -ge 3

        """, to: "back.sh")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.url.appending(path: "back.sh").path)
      #expect(try Binary.run(["canary", "start", "summer"] + CanaryProject.start, in: scratch.url).code == 0)
      let away = try Scratch()
      let store = ["--store", scratch.url.appending(path: ".portcullis").path]
      let stop = ["canary", "stop", "summer", "--by", "ada", "--reason", "tickets", "--patience"]
      let result = try Binary.run(stop + ["0s"] + store, in: away.url)
      #expect(result.code == 99 && result.errors.contains(#"'./back.sh' exited with 1: 'no \u{1B}[31mway'"#), "\(result.errors)")
      let heard = try Binary.run(["canary", "status", "summer"] + store, in: away.url)
      #expect(
        heard.code == 99 && heard.errors.contains("rollback: acknowledged, './back.sh' exited with 0 (3 attempts)"), "\(heard.errors)")
      let calls = try scratch.read("calls").split(separator: "\n").map { $0.split(separator: "|") }
      #expect(calls.count == 3 && calls.allSatisfy { $0.prefix(3) == ["$(touch hacked)", "a b", "rollback"] })
      try #require(!calls.isEmpty && calls.allSatisfy { $0.count > 4 }, "\(calls)")
      #expect(Set(calls.map { $0[3] }).count == 1 && member(String(calls[0][4]), "event") as? String == "rollback")
      #expect(!FileManager.default.fileExists(atPath: scratch.url.appending(path: "hacked").path))
      _ = try Binary.run(["canary", "status", "summer"] + store, in: away.url)
      #expect(try scratch.read("calls").split(separator: "\n").count == 3)
    }

    @Test(arguments: ["./none.sh", "no-such-program-anywhere"]) func aProgramThatIsNotThereIsNamed(program: String) throws {
      let (_, result) = try stopped("{command: [\(program)]}", patience: "0s")
      #expect(
        result.code == 99 && result.errors.contains("'\(program)'") && result.errors.contains("No such file or directory"),
        "\(result.errors)")
    }
  }
}
