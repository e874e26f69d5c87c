import CCurl
import Glibc
import PortcullisCore

extension CurlSlot {
  /// What an ended transfer amounts to. Reads the buffers, which the next call on this slot overwrites.
  func outcome(of call: Call) -> Outcome {
    if let cause = transfer.pointee.failure(of: call.request) {
      return .failure(
        TransportFailure(cause, host: hostForMessages(of: call.request.target), mayBeBilled: transfer.pointee.request_bytes > 0))
    }
    return .success(transfer.pointee.answer())
  }
}

extension pc_transfer {
  func answer() -> HTTPAnswer {
    HTTPAnswer(
      status: status, headers: HTTPHeaders(block: bytes(of: headers)), body: bytes(of: body),
      timing: HTTPTiming(
        firstByte: .nanoseconds(first_byte - started), firstBody: first_body == 0 ? nil : .nanoseconds(first_body - started),
        total: .nanoseconds(finished - started)),
      version: version == CURL_HTTP_VERSION_2_0 ? .http2 : .http1, reusedConnection: reused, arrivals: arrivals())
  }

  /// Nil for a complete answer. A code of 0 alone is not one: the status must be there too.
  func failure(of request: HTTPRequest) -> TransportFailure.Cause? {
    let limits = request.timeouts
    switch stop {
    case PC_STOP_NONE: break
    case PC_STOP_BODY_TOO_LARGE: return .bodyTooLarge(limit: request.bodyLimit)
    case PC_STOP_HEADERS_TOO_LARGE: return .headersTooLarge(limit: self.limits.headers)
    case PC_STOP_CONNECT_TIMEOUT: return .timedOut(.connect, limit: limits.connect)
    case PC_STOP_FIRST_BYTE_TIMEOUT: return .timedOut(.firstByte, limit: limits.firstByte)
    case PC_STOP_IDLE_TIMEOUT: return .timedOut(.idle, limit: limits.idle)
    case PC_STOP_TOTAL_TIMEOUT: return .timedOut(.total, limit: limits.total)
    case PC_STOP_STALE, PC_STOP_RESEND: return .closedWithoutAnswer
    case PC_STOP_EARLY_ANSWER: return .badFraming("an answer came before the request was sent")
    default: return .internalFault("no memory is left")
    }
    if sends == 0, tunnel_status != 0, tunnel_status / 100 != 2 { return .proxy("it answers \(tunnel_status)") }
    return switch code {
    case CURLE_OK: status > 0 && first_byte > 0 ? nil : .badFraming("no status")
    case CURLE_COULDNT_RESOLVE_HOST: .nameNotFound
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxy(detail)
    case CURLE_COULDNT_CONNECT: address_refused ? .addressRefused : .noConnection(os_error > 0 ? systemError : detail)
    case CURLE_OPERATION_TIMEDOUT: .timedOut(.connect, limit: limits.connect)
    case CURLE_PARTIAL_FILE: .cut(detail)
    case CURLE_GOT_NOTHING: .closedWithoutAnswer
    case CURLE_SEND_ERROR: .reset(detail)
    case CURLE_RECV_ERROR: receiveFailure
    case CURLE_HTTP2, CURLE_HTTP2_STREAM: first_byte > 0 ? .cut(detail) : .badFraming(detail)
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT:
      .tls(detail)
    case CURLE_URL_MALFORMAT: .unusable("the endpoint's address is not a URL")
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: .internalFault(detail)
    default: .badFraming(detail)  // HTTP/0.9, bad chunks, bad compression, header nonsense: libcurl has many codes for it
    }
  }

  // One code stands for a broken connection and for broken chunks; only the former leaves an errno, or ends in TLS.
  private var receiveFailure: TransportFailure.Cause {
    if os_error == ECONNRESET || os_error == EPIPE { return .reset(systemError) }
    if first_byte == 0 { return .reset(detail) }
    return request_bytes > 0 && detail.contains("chunk") ? .badFraming(detail) : .cut(detail)
  }

  private var systemError: String { String(cString: strerror(Int32(truncatingIfNeeded: os_error))).lowercased() }

  /// libcurl's words; they name hosts, never headers or bodies.
  private var detail: String {
    let text = withUnsafeBytes(of: error) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
  }

  private func arrivals() -> [HTTPArrival] {
    guard marks.count > 0 else { return [] }
    return UnsafeRawBufferPointer(start: marks.start, count: marks.count).bindMemory(to: pc_mark.self).map {
      HTTPArrival(end: $0.end, at: .nanoseconds($0.at - started))
    }
  }

  private func bytes(of buffer: pc_bytes) -> [UInt8] { Array(UnsafeBufferPointer(start: buffer.start, count: buffer.count)) }
}
