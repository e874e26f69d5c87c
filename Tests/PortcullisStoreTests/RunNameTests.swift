import PortcullisCore
import Testing

@testable import PortcullisStore

struct RunNameTests {
  private func storeOfThree() throws -> Store {
    let store = try Store.inMemory()
    for id in ["abc111111111", "abc222222222", "d00000000000"] { _ = try store.sampleRun(id, cases: sampleCases(1)) }
    return store
  }

  @Test(arguments: [
    ("latest", "d00000000000"), ("latest~0", "d00000000000"), ("latest~2", "abc111111111"), ("abc1", "abc111111111"),
    ("d", "d00000000000"), ("abc222222222", "abc222222222"),
  ])
  func aRunIsNamedByPrefixOrByAge(name: String, id: String) throws {
    #expect(try storeOfThree().run(named: name).id.text == id)
  }

  @Test func anAmbiguousPrefixListsTheRuns() throws {
    let store = try storeOfThree()
    #expect(
      problem { _ = try store.run(named: "ab") } == .ambiguousRun("ab", [RunID("abc222222222")!, RunID("abc111111111")!]))
  }

  @Test(arguments: ["latest~3", "fff", "", "latest~", "latest~-1", "ABC1", "abc1111111111", "a%", "latest~99999999999999999999"])
  func anUnknownNameSaysWhatThereIs(name: String) throws {
    let store = try storeOfThree()
    guard case .noSuchRun(name, let hint)? = problem({ _ = try store.run(named: name) }) else {
      Issue.record("'\(name)' was found")
      return
    }
    #expect(hint != nil)
  }

  @Test func anEmptyStoreSaysSo() throws {
    let store = try Store.inMemory()
    #expect(problem { _ = try store.run(named: "latest") } == .noSuchRun("latest", hint: "the store holds no run yet"))
  }

  @Test func aRunThatIsStillPlannedIsNotLatest() throws {
    let store = try storeOfThree()
    let new = NewRun(
      id: RunID("eeeeeeeeeeee")!, kind: .run, planDigest: Digest(of: "p"), plannedCases: 1, arms: [.candidate], manifest: .object([]))
    _ = try store.create(new, version: "1")
    #expect(try store.run(named: "latest").id.text == "d00000000000")
  }
}
