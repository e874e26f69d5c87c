import CCurl
import PortcullisCore

/// Why no handle can be set up for a target.
struct SlotProblem: Error {
  let cause: TransportFailure.Cause
}

/// One easy handle, configured for one target, and the call it carries. Lives on the loop's thread.
final class CurlSlot {
  let transfer: UnsafeMutablePointer<pc_transfer>
  let target: HTTPTarget
  var call: Call?
  private let headers: UnsafeMutablePointer<curl_slist>?

  private init(_ transfer: UnsafeMutablePointer<pc_transfer>, _ target: HTTPTarget, _ headers: UnsafeMutablePointer<curl_slist>?) {
    self.transfer = transfer
    self.target = target
    self.headers = headers
  }

  deinit {
    pc_transfer_free(transfer)
    curl_slist_free_all(headers)
  }

  static func make(_ loop: OpaquePointer, _ target: HTTPTarget, _ options: HTTPClient.Options) -> Result<CurlSlot, SlotProblem> {
    let url: EndpointURL
    do { url = try EndpointURL(target.url) } catch {
      if error == .address { return .failure(SlotProblem(cause: .addressRefused)) }
      return .failure(SlotProblem(cause: .unusable("the endpoint's address \(error)")))
    }
    if let problem = target.headers.lazy.compactMap(\.problem).first { return .failure(SlotProblem(cause: .unusable(problem))) }
    guard let transfer = pc_transfer_new(loop) else { return .failure(SlotProblem(cause: .internalFault("no memory is left"))) }
    var list: UnsafeMutablePointer<curl_slist>?
    // libcurl would wait a second for a "100 Continue" that few servers send.
    for line in target.headers.map({ $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }) + ["Expect:"] {
      list = curl_slist_append(list, line) ?? list
    }
    let slot = CurlSlot(transfer, target, list)
    guard slot.configure(for: url, options) == CURLE_OK else {
      return .failure(SlotProblem(cause: .internalFault("this libcurl lacks an option that is needed; version 7.87 or later has it")))
    }
    return .success(slot)
  }

  private func configure(for url: EndpointURL, _ options: HTTPClient.Options) -> CURLcode {
    let environment = options.environment
    return withOptionalCString(environment.certificateFile) { file in
      withOptionalCString(environment.certificateFolder) { folder in
        target.url.withCString { address in
          (url.isSecure ? environment.httpsProxy : environment.httpProxy).withCString { proxy in
            environment.noProxy.withCString { noProxy in
              var setup = pc_setup(
                url: address, posts: target.method == .post, headers: headers, proxy: proxy, no_proxy: noProxy, ca_file: file,
                ca_path: folder)
              return pc_transfer_configure(transfer, &setup)
            }
          }
        }
      }
    }
  }

  func start(_ call: Call, headerLimit: Int) -> Bool {
    self.call = call
    let request = call.request
    let limits = pc_limits(
      connect: nanoseconds(request.timeouts.connect), first_byte: nanoseconds(request.timeouts.firstByte),
      idle: nanoseconds(request.timeouts.idle), total: nanoseconds(request.timeouts.total), body: request.bodyLimit, headers: headerLimit)
    transfer.pointee.keeps_marks = request.marksArrivals
    transfer.pointee.hook = nil
    if call.hook != nil {
      // The slot outlives the transfer: it owns it, and is kept in the table of live ones meanwhile.
      transfer.pointee.hook_context = Unmanaged.passUnretained(self).toOpaque()
      transfer.pointee.hook = { context, bytes, count in
        guard let context, let hook = Unmanaged<CurlSlot>.fromOpaque(context).takeUnretainedValue().call?.hook else { return true }
        return hook(UnsafeRawBufferPointer(start: bytes, count: count))
      }
    }
    let started = request.body.withUnsafeBufferPointer { pc_transfer_start(transfer, $0.baseAddress, $0.count, limits) }
    if !started { self.call = nil }
    return started
  }

  func abandon() { pc_transfer_abandon(transfer) }
}

/// Within 0…1 year, so that sums of instants and limits cannot overflow.
private func nanoseconds(_ duration: Duration) -> Int64 {
  let (seconds, attoseconds) = duration.components
  guard seconds >= 0, attoseconds >= 0 else { return 0 }
  return seconds >= 31_536_000 ? 31_536_000_000_000_000 : seconds * 1_000_000_000 + attoseconds / 1_000_000_000
}

private func withOptionalCString<Value>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Value) -> Value {
  guard let text else { return body(nil) }
  return text.withCString { body($0) }
}
