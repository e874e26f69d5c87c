import PortcullisCore
import PortcullisGate
import Testing

@Suite struct ShadowSelectionTests {
  private let requests = (0..<1000).map { number in
    shadowPair("p\(number)", tags: [Case.Tag(name: "language", value: number % 20 == 0 ? "de" : "en")])
  }

  private func drawn(_ size: ShadowSelection.Size, _ requests: [ShadowPair], strata: String? = nil) -> Set<CaseID> {
    var selection = ShadowSelection(size, strata: strata)
    for request in requests { selection.offer(request) }
    let chosen = selection.chosen()
    return Set(requests.filter { chosen.contains($0) }.map(\.id))
  }

  @Test(arguments: [ShadowSelection.Size.share(0.1), .count(100), .all]) func theOrderOfRequestsDoesNotMatter(_ size: ShadowSelection.Size)
  {
    #expect(drawn(size, requests) == drawn(size, requests.reversed()))
    #expect(drawn(size, requests, strata: "language") == drawn(size, requests.reversed(), strata: "language"))
  }

  @Test func asManyAreDrawnAsWereWanted() {
    #expect(drawn(.count(100), requests).count == 100)
    #expect(drawn(.count(5000), requests).count == 1000)
    #expect(drawn(.all, requests).count == 1000)
    #expect((60...140).contains(drawn(.share(0.1), requests).count))
    #expect(drawn(.share(1), requests).count == 1000)
  }

  /// A larger share holds the smaller one: what was asked is asked again.
  @Test func aLargerShareHoldsASmallerOne() {
    #expect(drawn(.share(0.1), requests).isSubset(of: drawn(.share(0.2), requests)))
    #expect(drawn(.count(50), requests).isSubset(of: drawn(.count(100), requests)))
  }

  @Test func strataGetEqualPartsAsFarAsTheyHaveRequests() {
    let even = drawn(.count(60), requests, strata: "language")
    #expect(requests.count { even.contains($0.id) && $0.tags[0].value == "de" } == 30)
    let most = drawn(.count(500), requests, strata: "language")
    #expect(requests.count { most.contains($0.id) && $0.tags[0].value == "de" } == 50, "all that there are")
    #expect(most.count == 500)
  }

  @Test func whatWasAnsweredSwaysNothing() {
    let others = requests.map { pair in
      var pair = pair
      pair.production = ShadowAnswer(.completion(Completion(text: "another")), score: 0)
      return pair
    }
    #expect(drawn(.count(100), requests) == drawn(.count(100), others))
  }
}
