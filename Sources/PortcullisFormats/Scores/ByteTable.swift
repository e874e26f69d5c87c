import Glibc

/// Texts numbered from 0 in the order they come in, kept as bytes one after the other: each takes its own bytes and about 16 more.
///
/// Equal means the same bytes; nothing rests on a hash alone.
struct ByteTable: Sendable {
  private var bytes: [UInt8] = []
  /// Where each text ends among the bytes.
  private var ends: [UInt32] = []
  private var hashes: [UInt32] = []
  /// Open addressing: a text's number and 1, or 0 where free. At most half are taken.
  private var slots = [UInt32](repeating: 0, count: 16)

  /// All texts together; a file that is read into a table may not be larger.
  static let mostBytes = Int(UInt32.max)

  var count: Int { ends.count }

  /// Room for about so many texts and bytes, so that growing copies nothing. Memory is taken only as it is filled.
  mutating func reserve(texts: Int, bytes size: Int) {
    ends.reserveCapacity(texts)
    hashes.reserveCapacity(texts)
    bytes.reserveCapacity(size)
  }

  /// The number of a text, which is taken in where it is new.
  mutating func intern(_ text: UnsafeRawBufferPointer) -> Int {
    let hash = ByteTable.hash(text)
    let place = slot(of: text, hash: hash)
    if slots[place] > 0 { return Int(slots[place]) - 1 }
    append(text, hash: hash)
    slots[place] = UInt32(count)
    if count * 2 > slots.count { growSlots() }
    return count - 1
  }

  /// Takes in a text without looking whether it is here already: it is found only once `index` has been called.
  mutating func append(_ text: UnsafeRawBufferPointer) { append(text, hash: ByteTable.hash(text)) }

  private mutating func append(_ text: UnsafeRawBufferPointer, hash: UInt32) {
    bytes.append(contentsOf: text)
    ends.append(UInt32(bytes.count))
    hashes.append(hash)
  }

  /// Makes all texts that were appended to be found; false, and none is, where two are equal.
  mutating func index() -> Bool {
    var size = 16
    while size < count * 2 { size *= 2 }
    slots = [UInt32](repeating: 0, count: size)
    for number in 0..<count {
      if number.isMultiple(of: ByteTable.block) { touch(number..<min(count, number + ByteTable.block)) }
      let place = withBytes(of: number) { slot(of: $0, hash: hashes[number]) }
      if slots[place] > 0 {
        slots = [UInt32](repeating: 0, count: 16)
        return false
      }
      slots[place] = UInt32(number + 1)
    }
    return true
  }

  /// Texts whose slots are brought near together, since each lies far from the last.
  private static let block = 64

  /// Looks at the slots of some texts, so that the machine fetches them side by side.
  private func touch(_ numbers: Range<Int>) {
    let mask = slots.count - 1
    var seen: UInt32 = 0
    for number in numbers { seen |= slots[Int(hashes[number]) & mask] }
    precondition(seen < .max, "a table holds fewer texts")
  }

  /// The number of another table's text in this one; nil where it is not here.
  ///
  /// - Parameter guess: The number it may well have: files of one tool list their cases in one order.
  func number(of other: Int, in table: ByteTable, guess: Int) -> Int? {
    let hash = table.hashes[other]
    return table.withBytes(of: other) { text in
      if guess < count, hashes[guess] == hash, isEqual(guess, text) { return guess }
      let found = slots[slot(of: text, hash: hash)]
      return found > 0 ? Int(found) - 1 : nil
    }
  }

  func number(of text: UnsafeRawBufferPointer) -> Int? {
    let found = slots[slot(of: text, hash: ByteTable.hash(text))]
    return found > 0 ? Int(found) - 1 : nil
  }

  func withBytes<Result>(of number: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let start = number > 0 ? Int(ends[number - 1]) : 0
    return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start..<Int(ends[number])])) }
  }

  subscript(number: Int) -> String { withBytes(of: number) { String(decoding: $0, as: UTF8.self) } }

  /// Where a text stands among the slots, or the free one that it would take.
  private func slot(of text: UnsafeRawBufferPointer, hash: UInt32) -> Int {
    let mask = slots.count - 1
    var place = Int(hash) & mask
    while slots[place] > 0 {
      let number = Int(slots[place]) - 1
      if hashes[number] == hash, isEqual(number, text) { return place }
      place = (place + 1) & mask
    }
    return place
  }

  private func isEqual(_ number: Int, _ text: UnsafeRawBufferPointer) -> Bool {
    withBytes(of: number) { $0.hasSameBytes(as: text) }
  }

  private mutating func growSlots() {
    let mask = slots.count * 2 - 1
    var larger = [UInt32](repeating: 0, count: mask + 1)
    for number in 0..<count {
      var place = Int(hashes[number]) & mask
      while larger[place] > 0 { place = (place + 1) & mask }
      larger[place] = UInt32(number + 1)
    }
    slots = larger
  }

  /// Seeded anew in each process, so that no file can be made to fill one place.
  private static func hash(_ text: UnsafeRawBufferPointer) -> UInt32 {
    var hasher = Hasher()
    hasher.combine(bytes: text)
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }
}

extension UnsafeRawBufferPointer {
  func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard let left = baseAddress, let right = other.baseAddress else { return true }
    return memcmp(left, right, count) == 0
  }

  func hasSameBytes(as text: StaticString) -> Bool {
    hasSameBytes(as: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
