import PortcullisCore

extension RegularFile {
  /// Whether two files are made of the same lines, in whatever order; blank lines and line ends apart.
  func hasSameLines(as other: RegularFile) throws -> Bool { try LineSum(self) == LineSum(other) }
}

/// The lines of a file, whatever their order.
private struct LineSum: Equatable {
  private var lines = 0
  private var bytes = 0
  /// Of each line's hash, seeded anew in each process: files that only look alike meet once in 2⁶⁴.
  private var sum: UInt64 = 0

  init(_ file: RegularFile) throws {
    var splitter = RecordSplitter(ByteSource(file), hasQuotes: false)
    try splitter.forEach { line, _, _ in
      let text = UnsafeRawBufferPointer(rebasing: line[..<(line.count - (line.last == 0x0D ? 1 : 0))])
      guard !text.isEmpty else { return }
      var hasher = Hasher()
      hasher.combine(bytes: text)
      lines += 1
      bytes += text.count
      sum &+= UInt64(bitPattern: Int64(hasher.finalize()))
    }
  }
}
