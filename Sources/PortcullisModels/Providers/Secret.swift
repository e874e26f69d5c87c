/// A value that is sent in a header and shown nowhere: printing, dumping or logging it gives `***`.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  let value: String

  package init(_ value: String) { self.value = value }

  package var description: String { "***" }
  package var debugDescription: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
