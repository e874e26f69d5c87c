import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

/// One way to tamper with the records of `sampleLedger`, and the faults it shows, the head being kept apart.
private struct Tampering: CustomTestStringConvertible, Sendable {
  let name: String
  let change: @Sendable (inout [LedgerRecord]) -> Void
  let faults: [(kind: LedgerFault.Kind, number: Int?)]
  var testDescription: String { name }

  init(_ name: String, _ faults: [(kind: LedgerFault.Kind, number: Int?)], _ change: @escaping @Sendable (inout [LedgerRecord]) -> Void) {
    self.name = name
    self.faults = faults
    self.change = change
  }
}

/// The record with one member of its content set, its hash as it was.
private func edited(_ record: LedgerRecord, _ name: String, _ value: JSON?) -> LedgerRecord {
  guard case .object(var object)? = record.json else { return record }
  object[name] = value
  return LedgerRecord(json: .object(object), hash: record.hash)
}

/// As `edited`, with a hash that fits again.
private func forged(_ record: LedgerRecord, _ name: String, _ value: JSON?) -> LedgerRecord {
  let record = edited(record, name, value)
  return LedgerRecord(json: record.json, hash: record.json.map { Digest(of: $0) })
}

/// Every hash and every link made anew from a place on, as somebody with a program would.
private func rechained(_ records: [LedgerRecord], from place: Int) -> [LedgerRecord] {
  var records = records
  for index in place..<records.count {
    let previous = index == 0 ? LedgerEntry.origin : records[index - 1].hash ?? LedgerEntry.origin
    records[index] = forged(forged(records[index], "previous", .string(previous.description)), "number", .int(index + 1))
  }
  return records
}

private let tamperings: [Tampering] = [
  Tampering("an edited verdict", [(.edited, 5)]) { $0[4] = edited($0[4], "verdict", .string("pass")) },
  Tampering("an edited reason in the last entry", [(.edited, 8)]) { $0[7] = edited($0[7], "reason", .string("nothing")) },
  Tampering("an edited first entry", [(.edited, 1)]) { $0[0] = edited($0[0], "at_ms", .int(1)) },
  Tampering("a member added", [(.edited, 3)]) { $0[2] = edited($0[2], "note", .string("x")) },
  Tampering("a member removed", [(.unreadable, nil), (.missing, 4)]) { $0[3] = edited($0[3], "by", nil) },
  Tampering("a hash edited alone", [(.edited, 4)]) { $0[3] = LedgerRecord(json: $0[3].json, hash: Digest(of: "x")) },
  Tampering("a hash removed", [(.edited, 4)]) { $0[3] = LedgerRecord(json: $0[3].json, hash: nil) },
  Tampering("an entry edited with its hash", [(.replaced, 5)]) { $0[4] = forged($0[4], "verdict", .string("pass")) },
  Tampering("the last entry edited with its hash", [(.replaced, 8)]) { $0[7] = forged($0[7], "reason", .string("nothing")) },
  Tampering("all rewritten from an entry on", [(.replaced, 8)]) { records in
    records[4] = forged(records[4], "verdict", .string("pass"))
    records = rechained(records, from: 5)
  },
  Tampering("the last entry cut", [(.cut, 8)]) { $0.removeLast() },
  Tampering("the last three cut", [(.cut, 6)]) { $0.removeLast(3) },
  Tampering("everything cut", [(.cut, 1)]) { $0 = [] },
  Tampering("the first entry cut", [(.missing, 1)]) { $0.removeFirst() },
  Tampering("one cut from the middle", [(.missing, 4)]) { $0.remove(at: 3) },
  Tampering("three cut from the middle", [(.missing, 3)]) { $0.removeSubrange(2...4) },
  Tampering("one cut and the rest renumbered", [(.cut, 8)]) { records in
    records.remove(at: 3)
    records = rechained(records, from: 3)
  },
  Tampering("two neighbours swapped", [(.reordered, 4)]) { $0.swapAt(3, 4) },
  Tampering("the last entry first", [(.reordered, 1)]) { $0.insert($0.removeLast(), at: 0) },
  Tampering("an entry twice", [(.duplicated, 4)]) { $0.insert($0[3], at: 4) },
  Tampering("an entry twice, the copy at the end", [(.duplicated, 2)]) { $0.append($0[1]) },
  Tampering("a second entry of a number", [(.inserted, 5)]) { records in
    records.insert(forged(forged(records[4], "verdict", .string("pass")), "key", .string("mine")), at: 5)
  },
  Tampering("an entry inserted and the rest rechained", [(.inserted, 9)]) { records in
    records.insert(forged(records[4], "key", .string("mine")), at: 4)
    records = rechained(records, from: 4)
  },
  Tampering("an entry added at the end", [(.inserted, 9)]) { records in
    records = rechained(records + [forged(records[1], "key", .string("mine"))], from: 8)
  },
  Tampering("an entry recorded again", [(.duplicated, 9), (.inserted, 9)]) { $0 = rechained($0 + [$0[1]], from: 8) },
  Tampering("another beginning", [(.replaced, 1)]) { $0[0] = forged($0[0], "previous", .string(Digest(of: "x").description)) },
  Tampering("no JSON", [(.unreadable, nil), (.missing, 3)]) { $0[2] = LedgerRecord(json: nil, hash: nil) },
  Tampering("a number beyond counting", [(.unreadable, nil), (.missing, 3)]) { $0[2] = forged($0[2], "number", .int(.max)) },
  Tampering("a number far away", [(.edited, 1_000_000_000_000), (.missing, 3)]) {
    $0[2] = edited($0[2], "number", .int(1_000_000_000_000))
  },
]

struct VerifyLedgerTests {
  private let ledger = sampleLedger()

  @Test func aWholeLedgerShowsNoFault() {
    #expect(verify(ledger.records, against: [LedgerWitness("the head", ledger.head)]).isEmpty)
    #expect(verify([], against: [LedgerWitness("the head", .empty)]).isEmpty)
    // What lines say is what was recorded.
    let read = ledger.records.map { LedgerRecord(line: try! JSON(parsing: $0.line.compactBytes)) }  // our own text
    #expect(verify(read, against: [LedgerWitness("the head", ledger.head)]).isEmpty)
    #expect(read.compactMap(\.entry) == ledger.entries)
  }

  @Test(arguments: tamperings) fileprivate func everyTamperingIsNamed(_ tampering: Tampering) {
    var records = ledger.records
    tampering.change(&records)
    let faults = verify(records, against: [LedgerWitness("the head", ledger.head)])
    let found = faults.map { "\($0.kind) \($0.number ?? 0)" }
    for fault in tampering.faults { #expect(found.contains("\(fault.kind) \(fault.number ?? 0)"), "\(faults.map(\.words))") }
    #expect(faults.first.map { "\($0.kind) \($0.number ?? 0)" } == tampering.faults.first.map { "\($0.kind) \($0.number ?? 0)" })
    for fault in faults where fault.number != nil { #expect(fault.words.contains("\(fault.number!)")) }
  }

  /// Every single edit of every member of every entry, in the content alone and with a hash that fits.
  @Test func noMemberCanBeEdited() {
    for (place, record) in ledger.records.enumerated() {
      for member in record.json?.object?.members ?? [] {
        for change in [edited, forged] {
          var records = ledger.records
          records[place] = change(record, member.name, .string("edited"))
          #expect(!verify(records, against: [LedgerWitness("the head", ledger.head)]).isEmpty, "\(member.name) of entry \(place + 1)")
        }
      }
    }
  }

  @Test func everyCutOfEveryLengthIsFound() {
    let count = ledger.records.count
    for from in 0..<count {
      for to in from..<count {
        var records = ledger.records
        records.removeSubrange(from...to)
        #expect(!verify(records, against: [LedgerWitness("the head", ledger.head)]).isEmpty, "\(from)...\(to)")
      }
    }
  }

  @Test(arguments: 0..<100) func everyOtherOrderIsFound(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var records = ledger.records
    records.shuffle(using: &random)
    let isSame = records.compactMap(\.entry?.number) == Array(1...records.count)
    #expect(verify(records, against: [LedgerWitness("the head", ledger.head)]).isEmpty == isSame)
  }

  @Test func aHeadThatLagsIsNoFaultAndOneOfAnotherLedgerIs() {
    let earlier = LedgerHead(entries: 3, hash: ledger.entries[2].hash)
    #expect(verify(ledger.records, against: [LedgerWitness("the file", earlier, mayLag: true)]).isEmpty)
    #expect(verify(ledger.records, against: [LedgerWitness("the file", earlier)]).map(\.kind) == [.inserted])
    let other = LedgerHead(entries: 3, hash: Digest(of: "x"))
    let faults = verify(ledger.records, against: [LedgerWitness("the file", other, mayLag: true)])
    #expect(faults.map(\.kind) == [.replaced] && faults[0].number == 3)
  }

  @Test func anEditIsToldMemberByMemberWhereTheStoreKnowsTheEntry() {
    var records = ledger.records
    records[4] = edited(records[4], "verdict", .string("pass"))
    let known = Dictionary(uniqueKeysWithValues: ledger.records.map { ($0.entry!.number, $0) })
    let faults = verify(records, against: [LedgerWitness("its first line", ledger.head)], known: known)
    #expect(faults.map(\.kind) == [.edited])
    #expect(faults[0].words.hasSuffix("; 'verdict' is \"pass\", in the store \"inconclusive\""))
    // Rewritten whole, head and all: only the store knows.
    let forgery = rechained(records, from: 4)
    let head = LedgerHead(entries: 8, hash: forgery[7].hash!)
    #expect(verify(forgery, against: [LedgerWitness("its first line", head)]).isEmpty)
    let found = verify(forgery, against: [LedgerWitness("its first line", head)], known: known)
    #expect(found.map(\.kind) == [.replaced] && found[0].number == 5)
  }

  @Test(arguments: [
    "", "12", "x sha256:00", "-1 \(LedgerEntry.origin)", "0 \(Digest(of: "x"))", "1 \(LedgerEntry.origin) more",
    "1.5 \(LedgerEntry.origin)",
  ])
  func whatIsNoHeadIsNone(text: String) { #expect(LedgerHead(text) == nil) }

  @Test func aHeadReadsBack() {
    #expect(LedgerHead("\(ledger.head)\n") == ledger.head)
    #expect(LedgerHead(line: ledger.head.line) == ledger.head)
    #expect(LedgerHead("\(LedgerHead.empty)") == .empty)
  }

  // Days counted by `date -u -d @SECONDS +%F`.
  @Test(arguments: [
    (0, "1970-01-01"), (86_399_999, "1970-01-01"), (86_400_000, "1970-01-02"), (951_782_400_000, "2000-02-29"),
    (4_107_542_400_000, "2100-03-01"), (1_795_996_800_000, "2026-11-30"),
  ])
  func aMomentHasItsDay(_ row: (milliseconds: Int, day: String)) { #expect(day(row.milliseconds) == row.day) }
}
