import GRDB
import PortcullisCore
import PortcullisGate

/// What the tally must know of a case beside its id and cluster, as it is stored: members of the case's own JSON. Most cases of an
/// evalset share one such text, so a reader parses it once.
enum StoredFacts {
  static func json(of testCase: Case) -> JSON {
    let whole = testCase.json
    return .object(present: ["evalset", "severity", "behaviour", "tags", "incident", "quarantine"].map { ($0, whole[$0]) })
  }

  /// A case with these facts and nothing else; nil where the text is not one that `json(of:)` wrote.
  static func testCase(_ text: String) -> Case? {
    guard var object = (try? JSON(parsing: text))?.object else { return nil }
    object["id"] = .string("facts")
    object["messages"] = .array([])
    object["checks"] = .array([])
    return Case(json: .object(object)) { _ in nil }
  }
}

/// Facts that were read, by row; bounded, since an evalset may tag every case differently.
struct FactsReader {
  let path: String
  private var known: [Int64: Case] = [:]

  init(path: String) { self.path = path }

  mutating func facts(_ row: Int64, id: String, cluster: String?, plannedTrials: Int, in db: Database) throws -> CaseFacts {
    guard let id = CaseID(id) else { throw StoreError.corrupt(path: path, detail: "a case has no valid id") }
    let shared = try sharedFacts(row, in: db)
    return CaseFacts(
      id: id, evalset: shared.evalset, severity: shared.severity, behaviour: shared.behaviour, tags: shared.tags, cluster: cluster,
      incident: shared.incident, isQuarantined: shared.quarantine != nil, plannedTrials: plannedTrials)
  }

  private mutating func sharedFacts(_ row: Int64, in db: Database) throws -> Case {
    if let found = known[row] { return found }
    let text = try String.fetchOne(try db.cachedStatement(sql: "SELECT body FROM document WHERE id = ?"), arguments: [row])
    guard let text, let read = StoredFacts.testCase(text) else {
      throw StoreError.corrupt(path: path, detail: "the facts of a case cannot be read")
    }
    if known.count >= 1024 { known.removeAll() }
    known[row] = read
    return read
  }
}
