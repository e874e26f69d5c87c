import PortcullisCore

/// What stays of a case once it is checked: enough to find twins and to digest the evalset.
struct IndexedCase {
  /// The id's bytes.
  let id: ArraySlice<UInt8>
  /// 32 bytes.
  let digest: ArraySlice<UInt8>
  let source: Int
  let line: Int
}

/// The cases of an evalset in the order of their ids, in bounded memory however many there are.
///
/// Compact records are gathered, sorted by runs and spilt to a temporary file that has no name; equal ids come out side by side.
struct CaseIndex {
  private var records: [UInt8] = []
  private var starts: [Int] = []
  private var spill: SpillFile?
  private let capacity: Int
  private(set) var count = 0
  /// Cases in memory now.
  var held: Int { starts.count }

  /// - Parameter capacity: Cases held in memory before a run is spilt.
  init(capacity: Int = 200_000) { self.capacity = capacity }

  mutating func add(_ id: CaseID, _ digest: Digest, source: Int, line: Int) throws(Diagnostic) {
    if starts.count == capacity { try spillRun() }
    starts.append(records.count)
    records.append(UInt8(id.text.utf8.count))  // an id has at most 200 bytes
    records.append(contentsOf: id.text.utf8)
    records.append(contentsOf: digest.bytes)
    for shift in [0, 8] { records.append(UInt8(truncatingIfNeeded: source >> shift)) }
    for shift in [0, 8, 16, 24] { records.append(UInt8(truncatingIfNeeded: line >> shift)) }
    count += 1
  }

  /// Hands out every case, by the bytes of its id; of equal ids the earlier one first.
  consuming func forEach(_ body: (IndexedCase) throws -> Void) throws {
    sort()
    var runs = [RunReader]()
    if let spill {
      for index in spill.runs.indices { runs.append(try RunReader(spill, run: index)) }
    }
    var next = 0
    while true {
      var best: (id: ArraySlice<UInt8>, run: Int?)?
      for index in runs.indices {
        guard let id = runs[index].id else { continue }
        if let found = best, !id.lexicographicallyPrecedes(found.id) { continue }
        best = (id, index)
      }
      if next < starts.count {
        let id = Record.id(records, starts[next])
        if best.map({ id.lexicographicallyPrecedes($0.id) }) ?? true { best = (id, nil) }
      }
      guard let best else { return }
      if let run = best.run {
        try body(runs[run].take())
      } else {
        try body(Record.read(records, starts[next]))
        next += 1
      }
    }
  }

  private mutating func sort() {
    let records = records
    func precedes(_ a: Int, _ b: Int) -> Bool {
      let left = Record.id(records, a), right = Record.id(records, b)
      if left.lexicographicallyPrecedes(right) { return true }
      return a < b && left.elementsEqual(right)
    }
    for index in starts.indices.dropFirst() where !precedes(starts[index - 1], starts[index]) {
      starts.sort(by: precedes)
      return
    }
  }

  private mutating func spillRun() throws(Diagnostic) {
    sort()
    if spill == nil { spill = try SpillFile() }
    try spill?.write(run: starts.lazy.map { [records] in records[$0..<Record.end(records, $0)] })
    starts.removeAll(keepingCapacity: true)
    records.removeAll(keepingCapacity: true)
  }
}

/// The layout of one record: length of the id, id, digest, source (2 bytes), line (4 bytes).
enum Record {
  static let tail = 32 + 2 + 4
  static let longest = 1 + 255 + tail

  static func id(_ bytes: [UInt8], _ start: Int) -> ArraySlice<UInt8> { bytes[start + 1..<start + 1 + Int(bytes[start])] }

  static func end(_ bytes: [UInt8], _ start: Int) -> Int { start + 1 + Int(bytes[start]) + tail }

  static func read(_ bytes: [UInt8], _ start: Int) -> IndexedCase {
    let digest = start + 1 + Int(bytes[start])
    let source = digest + 32
    return IndexedCase(
      id: bytes[start + 1..<digest], digest: bytes[digest..<source], source: Int(bytes[source]) | Int(bytes[source + 1]) << 8,
      line: (0..<4).reduce(0) { $0 | Int(bytes[source + 2 + $1]) << (8 * $1) })
  }
}
