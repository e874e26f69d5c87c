import PortcullisCalculator
import PortcullisCore
import Testing

@Suite struct CanaryStreamTests {
  private static let opening =
    #"{"op":"canary.open","id":"8","margin":0.03,"alpha_rollback":0.05,"alpha_promote":0.05,"rollback_margin":0.0,"horizon_h":72,"min_h":24,"share":0.5}"#

  private func opened(_ line: String = opening) -> Conversation {
    var conversation = Conversation()
    #expect(conversation.ask(line)["state"] == .string("RUNNING"))
    return conversation
  }

  /// Requests of both arms in turn, of which the candidate passes none or all.
  private func events(from start: Double, to end: Double, count: Int, candidate: Int) -> String {
    let step = (end - start) / Double(count)
    let events = (0..<count).map { "[\(start + Double($0) * step),\"\($0 % 2 == 0 ? "c" : "p")\",\($0 % 2 == 0 ? candidate : 1)]" }
    return "[" + events.joined(separator: ",") + "]"
  }

  private func feed(_ time: String, _ events: String, id: String = "\"8\"") -> String {
    "{\"op\":\"canary.feed\",\"id\":\(id),\"t\":\(time),\"events\":\(events)}"
  }

  private func close(_ time: String, id: String = "\"8\"") -> String { "{\"op\":\"canary.close\",\"id\":\(id),\"t\":\(time)}" }

  @Test func provenHarmRollsBackAndCloseRepeatsIt() {
    var conversation = opened()
    #expect(conversation.ask(feed("1", events(from: 0, to: 1, count: 8, candidate: 0)))["state"] == .string("RUNNING"))
    let end = conversation.ask(feed("2", events(from: 1, to: 2, count: 100, candidate: 0)))
    #expect(end["state"] == .string("FAIL") && end["id"] == .string("8"))
    #expect(conversation.ask(feed("2.5", "[]"))["state"] == .string("FAIL"))
    #expect(conversation.ask(close("2.5"))["state"] == .string("FAIL"))
  }

  @Test func aGoodCandidateIsPromotedAfterADayAndNotBefore() {
    var conversation = opened()
    #expect(conversation.ask(feed("23.9", events(from: 0, to: 23.9, count: 4000, candidate: 1)))["state"] == .string("RUNNING"))
    #expect(conversation.ask(feed("24", "[]"))["state"] == .string("PASS"))
    #expect(conversation.ask(close("24"))["state"] == .string("PASS"))
  }

  @Test func withoutProofTheEndIsInconclusive() {
    var conversation = opened()
    #expect(conversation.ask(feed("72", events(from: 0, to: 72, count: 40, candidate: 1)))["state"] == .string("RUNNING"))
    #expect(conversation.ask(close("72"))["state"] == .string("INCONCLUSIVE"))
  }

  @Test func closeFreesTheIDAndDecidesNothing() {
    var conversation = opened()
    #expect(conversation.ask(close("72"))["state"] == .string("INCONCLUSIVE"))
    #expect(conversation.ask(close("72"))["error"]?.string?.hasPrefix("no canary with this id is open") == true)
    #expect(conversation.ask(feed("1", "[]"))["error"]?.string?.hasPrefix("no canary with this id is open") == true)
    #expect(conversation.ask(Self.opening)["state"] == .string("RUNNING"))
    #expect(conversation.ask(Self.opening)["error"]?.string == "a canary with this id is open already; close it first, or take another id")
  }

  @Test func canariesSideBySideDoNotMix() {
    var conversation = opened()
    #expect(conversation.ask(Self.opening.replacing("\"8\"", with: "9"))["state"] == .string("RUNNING"))
    #expect(conversation.ask(feed("2", events(from: 0, to: 2, count: 200, candidate: 0)))["state"] == .string("FAIL"))
    #expect(conversation.ask(feed("2", events(from: 0, to: 2, count: 8, candidate: 0), id: "9"))["state"] == .string("RUNNING"))
  }

  @Test func anIDIsWhatItMeans() {
    var conversation = opened(Self.opening.replacing("\"8\"", with: #"{"a":1,"b":[2.0]}"#))
    #expect(conversation.ask(feed("1", "[]", id: #"{"b":[2],"a":1.0}"#))["state"] == .string("RUNNING"))
    #expect(conversation.ask(feed("1", "[]", id: #"{"b":[2],"a":"1"}"#))["error"] != nil)
    // Beyond 2⁵³, where doubles no longer tell whole numbers apart.
    #expect(conversation.ask(Self.opening.replacing("\"8\"", with: "9007199254740993"))["state"] == .string("RUNNING"))
    #expect(conversation.ask(Self.opening.replacing("\"8\"", with: "9007199254740992"))["state"] == .string("RUNNING"))
    // Without an id it is null.
    #expect(conversation.ask(Self.opening.replacing("\"id\":\"8\",", with: ""))["id"] == .null)
    #expect(conversation.ask(close("0", id: "null"))["state"] == .string("INCONCLUSIVE"))
  }

  @Test(arguments: [
    ("[[0.5,\"c\",1],[0.4,\"p\",1]]", "1", "'events[1]' is [0.4,\"p\",1]; its time must not be before the one before it, 0.5"),
    ("[[1.5,\"c\",1]]", "1", "'events[0]' is [1.5,\"c\",1]; its time must not be after 't', 1"),
    ("[[0.5,\"x\",1]]", "1", "'events[0]' is [0.5,\"x\",1]; its second element must be \"c\" for the candidate or \"p\" for production"),
    ("[[0.5,\"c\",2]]", "1", "'events[0]' is [0.5,\"c\",2]; its score must be a number from 0 to 1, or null"),
    ("[[0.5,\"c\",\"nan\"]]", "1", "'events[0]' is [0.5,\"c\",\"nan\"]; its score must be a number from 0 to 1, or null"),
    ("[[0.5,\"c\"]]", "1", "'events[0]' is [0.5,\"c\"]; it must be [hours, \"c\" or \"p\", score or null]"),
    ("[[null,\"c\",1]]", "1", "'events[0]' is [null,\"c\",1]; its first element must be hours since the start"),
    ("[[-1,\"c\",1]]", "1", "'events[0]' is [-1,\"c\",1]; its time must not be before the one before it, 0"),
    ("[7]", "1", "'events[0]' is 7; it must be [hours, \"c\" or \"p\", score or null]"),
    ("7", "1", "'events' is 7; it must be a list"),
    ("[]", "\"soon\"", "'t' is 'soon'; it must be hours since the start, from 0 to 1000000"),
    ("[]", "-1", "'t' is -1; it must be hours since the start, from 0 to 1000000"),
    ("[]", "1e300", "'t' is 1e300; it must be hours since the start, from 0 to 1000000"),
  ])
  func aMalformedFeedChangesNothing(_ row: (events: String, time: String, says: String)) {
    var conversation = opened()
    let good = events(from: 0, to: 0.4, count: 30, candidate: 0)
    #expect(conversation.ask(feed(row.time, row.events))["error"]?.string == row.says)
    // Had its good events counted, or its time, the next ones would come too early.
    #expect(conversation.ask(feed(row.time, "[[0,\"c\",0]," + row.events.dropFirst()))["error"] != nil)
    var untouched = opened()
    #expect(conversation.ask(feed("0.4", good)) == untouched.ask(feed("0.4", good)))
    let more = events(from: 0.4, to: 1, count: 8, candidate: 0)
    #expect(conversation.ask(feed("1", more)) == untouched.ask(feed("1", more)))
  }

  @Test func timeNeverRunsBackwardsBetweenFeeds() {
    var conversation = opened()
    #expect(conversation.ask(feed("2", "[]"))["state"] == .string("RUNNING"))
    #expect(conversation.ask(feed("1", "[]"))["error"]?.string == "'t' is 1; it must not be before the last feed's, 2")
    #expect(conversation.ask(feed("3", "[[1.5,\"c\",1]]"))["error"] != nil)
    #expect(conversation.ask(close("1"))["error"]?.string == "'t' is 1; it must not be before the last feed's, 2")
    #expect(conversation.ask(close("2"))["state"] == .string("INCONCLUSIVE"))
  }

  /// Windows run on across batches, so only the moments at which a promotion is asked for depend on them.
  @Test func theCutIntoBatchesChangesNoRollback() throws {
    let all = try #require(JSON(parsing: events(from: 0, to: 3, count: 160, candidate: 0)).array)
    var ends: Set<String> = []
    for size in [1, 3, 7, 160] {
      var conversation = opened()
      var fed = 0
      for start in stride(from: 0, to: all.count, by: size) {
        let batch = JSON.array(Array(all[start..<min(start + size, all.count)]))
        let time = all[min(start + size, all.count) - 1].array?.first?.double ?? 0
        fed = start
        let answer = conversation.ask(feed("\(time)", batch.compactText))
        if answer["state"] == .string("FAIL") {
          ends.insert(answer["decided_at"]?.compactText ?? "")
          break
        }
      }
      #expect(fed < all.count)
    }
    #expect(ends.count == 1 && !ends.contains(""))
  }

  @Test(arguments: [
    ("\"margin\":0.03", "\"margin\":0", "'margin' is 0; it must be a number above 0 and below 1"),
    ("\"share\":0.5", "\"share\":1", "'share' is 1; it must be a number above 0 and below 1"),
    ("\"alpha_rollback\":0.05,", "", "'alpha_rollback' is missing"),
    ("\"rollback_margin\":0.0", "\"rollback_margin\":-1", "'rollback_margin' is -1"),
    ("\"horizon_h\":72", "\"horizon_h\":1e9", "'horizon_h' is 1e9; it must be a number from 0 to 100000"),
    ("\"min_h\":24", "\"min_h\":\"inf\"", "'min_h' is 'inf'"),
    ("\"share\":0.5", "\"shares\":0.5", "unknown input 'shares'; did you mean 'share'?"),
  ])
  func aMalformedOpeningOpensNothing(_ row: (good: String, bad: String, says: String)) {
    var conversation = Conversation()
    let answer = conversation.ask(Self.opening.replacing(row.good, with: row.bad))
    #expect(answer["error"]?.string?.hasPrefix(row.says) == true, "\(answer.compactText)")
    #expect(conversation.ask(close("0"))["error"] != nil)
  }

  /// The vectors' own streams: the state after the last batch of a canary that is asked for a promotion there only.
  @Test(
    arguments: VectorFile.vectors.filter { $0.method == "canary" && $0.inputs["end_h"]?.isNull != false && $0.inputs["max_missing"] == nil }
  )
  func theStreamRollsBackWhereTheVectorDoes(_ vector: Vector) throws {
    var inputs = try #require(vector.inputs.object)
    let events = try #require(inputs["events"]?.array)
    inputs["events"] = nil
    inputs["end_h"] = nil
    let horizon = inputs["horizon_h"]?.double ?? 72
    let before = events.filter { ($0.array?[0].double ?? 0) <= horizon }
    let last = before.last?.array?[0].double ?? 0
    var conversation = Conversation()
    let opening = JSON.object([("op", .string("canary.open")), ("id", .int(1))] + inputs.members.map { ($0.name, $0.value) })
    #expect(conversation.ask(opening.compactText)["state"] == .string("RUNNING"))
    let end = conversation.ask(feed("\(last)", JSON.array(before).compactText, id: "1"))["state"]
    let verdict = try #require(vector.expected["verdict"]?.string)
    if verdict == "FAIL" { #expect(end == .string("FAIL")) } else { #expect(end != .string("FAIL")) }
    if verdict == "INCONCLUSIVE" { #expect(conversation.ask(close("\(last)", id: "1"))["state"] == .string("INCONCLUSIVE")) }
  }
}
