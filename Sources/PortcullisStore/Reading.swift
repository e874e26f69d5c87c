import Foundation
import GRDB
import PortcullisCore

/// The bytes of a BLOB column; empty where it is NULL.
func bytes(_ row: Row, _ column: Int) -> [UInt8] { (row[column] as Data?).map(Array.init) ?? [] }

/// The bytes of a JSON column, without a String in between.
func json(_ row: Row, _ column: Int) -> JSON? {
  guard let text = row[column] as String? else { return nil }
  return try? JSON(parsing: Array(text.utf8))
}

/// Reads a run piece by piece: memory stays bounded, and each piece is a short read of its own, so that no writer waits and the log
/// can be folded back in between.
package struct Pages<Element: Sendable>: Sendable {
  /// The elements after an ordinal, and the ordinal to go on from; empty at the end.
  private let load: @Sendable (_ after: Int) throws(StoreError) -> (elements: [Element], last: Int)
  private var after = -1
  private var page: [Element] = []
  private var place = 0
  private var isAtEnd = false

  init(load: @escaping @Sendable (_ after: Int) throws(StoreError) -> (elements: [Element], last: Int)) { self.load = load }

  /// nil at the end.
  package mutating func next() throws(StoreError) -> Element? {
    if place == page.count {
      guard let fresh = try nextPage() else { return nil }
      page = fresh
      place = 0
    }
    defer { place += 1 }
    return page[place]
  }

  /// All elements of one read, never empty; nil at the end. Not to be mixed with `next`.
  package mutating func nextPage() throws(StoreError) -> [Element]? {
    guard !isAtEnd else { return nil }
    let (elements, last) = try load(after)
    guard !elements.isEmpty else {
      isAtEnd = true
      page = []
      place = 0
      return nil
    }
    after = last
    return elements
  }
}
