import PortcullisCore

/// One file of cases, open.
struct CaseSource: Sendable {
  enum Format: String, Sendable { case yaml, lines, table }

  let file: RegularFile
  let format: Format
  let mapping: FieldMapping?
  /// Whether `tags.language` names a tag: in tables, and where fields are renamed.
  var isFlat: Bool { format == .table || mapping != nil }

  /// By the file's ending; throws a `Diagnostic` for others.
  init(_ file: RegularFile, mapping: FieldMapping?) throws(Diagnostic) {
    let name = file.shown.lowercased()
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      format = .yaml
    } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
      format = .lines
    } else if name.hasSuffix(".csv") {
      format = .table
    } else {
      throw Diagnostic(
        .error, "cases are read from .yaml, .jsonl and .csv files", at: Place(file: file.shown),
        help: name.hasSuffix(".json") ? "write one JSON object a line and call the file .jsonl" : nil)
    }
    guard file.identity.size <= format.sizeLimit else {
      throw Diagnostic(
        .error, "the file has \(file.identity.size) bytes; at most \(format.sizeLimit) are read", at: Place(file: file.shown),
        help: format == .yaml ? "write large sets as .jsonl" : nil)
    }
    self.file = file
    self.mapping = mapping
  }
}

extension CaseSource.Format {
  /// Bytes; reliability.md §11.
  var sizeLimit: Int { self == .yaml ? 64 << 20 : 4 << 30 }
}
