import GRDB
import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisStore

struct ClusterTests {
  /// Of cases by what they ask.
  private func found(_ inputs: [String]) -> FoundClusters {
    var finder = ClusterFinder()
    for input in inputs { finder.add(cluster: nil, context: [], inputs: [ClusterKey(messages: [input])]) }
    return finder.found()
  }

  private func newRun(_ store: Store, cases: Int) throws -> RunSession {
    let session = try store.create(
      NewRun(
        id: RunID("aaaaaaaaaaaa")!, kind: .gate, planDigest: Digest(of: "plan"), plannedCases: cases, arms: [.candidate, .production],
        manifest: .object([])), version: "1", now: someTime)
    try session.append(sampleCases(cases).map { ($0, $0.digest, 1) })
    return session
  }

  @Test func foundClustersReachTheTallyOfEveryReader() async throws {
    let folder = try TemporaryFolder()
    let store = try Store.open(folder: folder.path)
    let session = try newRun(store, cases: 5)
    var clusters = found(["one", "two", "ONE", "three", "Two "])
    try session.append(&clusters)
    try session.seal()
    try await Recorder(session).record(whole(2))
    let expected = [0, 1, 0, nil, 1]
    #expect(try store.tally(session.run).all().elements.map(\.facts.foundCluster) == expected)
    #expect(try store.facts(of: session.run, page: 2).all().map(\.foundCluster) == expected)
    #expect(try store.facts(of: session.run).all().map(\.id.text) == (0..<5).map { "case-\($0)" })
    try session.end(.interrupted)
    try store.close()
    let reopened = try Store.open(folder: folder.path)
    #expect(try reopened.facts(of: try reopened.run(named: "latest")).all().map(\.foundCluster) == expected)
  }

  @Test func clustersOfASealedPlanStay() throws {
    let store = try Store.inMemory()
    let session = try newRun(store, cases: 3)
    var clusters = found(["one", "one", "two"])
    try session.append(&clusters)
    try session.seal()
    for sql in [
      "INSERT INTO run_cluster SELECT id, 2, 0 FROM run", "UPDATE run_cluster SET first = 1 WHERE ordinal = 1", "DELETE FROM run_cluster",
    ] {
      #expect(problem { try store.writing { db in try db.execute(sql: sql) } } != nil, "\(sql)")
    }
  }

  @Test func aPlanThatWasNeverSealedGoesWithItsClusters() throws {
    let store = try Store.inMemory()
    let session = try newRun(store, cases: 2)
    var clusters = found(["one", "one"])
    try session.append(&clusters)
    try session.end(.interrupted)
    #expect(try store.reading { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM run_cluster") } == 0)
    #expect(try store.runs(limit: 9).isEmpty)
  }

  @Test func runsFromBeforeTheTableAreAsTheyDeclare() throws {
    let folder = try TemporaryFolder()
    do {
      let old = try Store.open(folder: folder.path, migrations: Array(migrations.prefix(2)), now: someTime)
      try old.sampleRun(cases: [sampleCase("a", cluster: "x"), sampleCase("b")]).end(.interrupted)
      try old.close()
    }
    let store = try Store.open(folder: folder.path)
    let facts = try store.facts(of: try store.run(named: "latest")).all()
    #expect(facts.map(\.cluster) == ["x", nil])
    #expect(facts.map(\.foundCluster) == [nil, nil])
  }
}
