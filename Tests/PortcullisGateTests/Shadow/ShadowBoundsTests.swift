import PortcullisCore
import PortcullisStatistics
import Testing

@testable import PortcullisGate

/// What is bounded stays free of order: which fields and slices are told must not hang on which line came first.
@Suite struct ShadowBoundsTests {
  @Test(arguments: 0..<10 as Range<UInt64>) func fieldsBeyondTheBoundAreTheSameInAnyOrder(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var events = (0..<2000).map { _ in (path: "f\(random.below(600))", isCandidate: random.below(3) > 0) }
    func told(_ events: ArraySlice<(path: String, isCandidate: Bool)>) -> FieldTally {
      var tally = FieldTally()
      for event in events {
        tally.add(candidate: event.isCandidate ? [event.path] : [], noise: event.isCandidate ? [] : [event.path], of: CaseID("a")!)
      }
      return tally
    }
    let whole = told(events[...]).finished()
    #expect(whole.fields.count == FieldTally.limit && whole.isCut)
    #expect(
      whole.fields.reduce(whole.otherDiscordances) { $0 + $1.difference.candidateOnly + $1.difference.productionOnly } == events.count)
    for place in events.indices.reversed() { events.swapAt(place, random.below(place + 1)) }
    var merged = told(events[..<700])
    merged.merge(told(events[700...]))
    #expect(merged.finished() == whole)
  }

  @Test func aTagWithTooManyValuesMakesNoSlices() {
    var table = SliceTable(wanted: [])
    for number in 0..<100 { _ = table.number(of: [Case.Tag(name: "user", value: "u\(number)"), Case.Tag(name: "tier", value: "gold")]) }
    #expect(table.sliced == ["tier"])
    #expect(table.isCrowded("user") && !table.isCrowded("tier"))
  }

  @Test func aTableTakesOverWhatAnotherHolds() {
    var left = SliceTable(wanted: ["tier"]), right = SliceTable(wanted: ["tier"])
    #expect(left.number(of: [Case.Tag(name: "tier", value: "gold"), Case.Tag(name: "user", value: "x")]) == 1)
    #expect(right.number(of: [Case.Tag(name: "tier", value: "blue")]) == 1)
    left.take(crowdedOf: right)
    let numbers = right.allTags.map { left.number(of: $0) }
    #expect(numbers == [0, 2])
    #expect(left.allTags[2] == [Case.Tag(name: "tier", value: "blue")])
  }

  @Test func anEntryStaysSmall() {
    #expect(MemoryLayout<ShadowEntry>.stride == 24)
  }

  /// Which of production's answers is called the first is drawn by the request, not by what was answered.
  @Test func theFirstAnswerIsDrawnByTheRequest() {
    let swapped = (0..<1000).count { shadowPair("p\($0)").request & 1 == 1 }
    #expect((430...570).contains(swapped), "\(swapped)")
    #expect(shadowPair("a", candidate: "x").request == shadowPair("a", candidate: "y").request)
    #expect(shadowPair("a").request != shadowPair("b").request)
  }
}
