import PortcullisCore

/// One person, whatever the case and the blanks of the name: `Ana  Silva` and `ana silva` are one.
package func foldedName(_ name: String) -> String {
  name.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// Why a text cannot name a person; nil where it can.
package func problem(inName name: String) -> String? {
  if foldedName(name).isEmpty { return "it is empty" }
  if name.utf8.count > 200 { return "it has \(name.utf8.count) bytes; at most 200 name a person" }
  if name.unicodeScalars.contains(where: isHostile) { return "it holds characters that cannot be seen" }
  return nil
}

/// Why a text is no reason; nil where it may be one.
package func problem(inReason reason: String) -> String? {
  if reason.allSatisfy(\.isWhitespace) { return "it is empty" }
  return reason.utf8.count > 2000 ? "it has \(reason.utf8.count) bytes; at most 2000 are kept" : nil
}
