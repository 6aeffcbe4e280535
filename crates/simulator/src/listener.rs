//! Accepts connections, plain or TLS, that a fault can cut: the peer then sees a TCP reset instead of an answer.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{Sleep, sleep},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A TCP listener whose connections carry a [`Cord`].
pub(crate) struct CuttableListener(pub(crate) TcpListener);

/// One accepted connection.
pub(crate) struct Cuttable {
    stream: TcpStream,
    cord: Cord,
    pause: Option<Pin<Box<Sleep>>>,
}

/// Cuts the connection that a request came on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cord {
    cut: Arc<AtomicBool>,
    slow: Arc<Slow>,
    tls: bool,
}

/// Bytes that are still written one by one, and the pause before each.
#[derive(Debug, Default)]
struct Slow {
    bytes: AtomicUsize,
    milliseconds: AtomicU64,
}

impl Cord {
    /// Whether the connection is encrypted.
    pub(crate) fn is_tls(&self) -> bool {
        self.tls
    }

    /// The next bytes are written one by one, each after a pause in real time.
    pub(crate) fn trickle(&self, bytes: usize, milliseconds: u64) {
        self.slow.milliseconds.store(milliseconds, Ordering::SeqCst);
        self.slow.bytes.store(bytes, Ordering::SeqCst);
    }

    /// From now on every read and write of the connection fails, so the server drops it and the peer sees a reset.
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }
}

impl Listener for CuttableListener {
    type Io = Cuttable;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, peer) = Listener::accept(&mut self.0).await;
        (Cuttable::new(stream), peer)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// A TLS listener over a TCP listener; handshakes go on side by side, so that a silent peer holds up nobody.
pub(crate) struct TlsListener {
    tcp: CuttableListener,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Option<(TlsStream<Cuttable>, SocketAddr)>>,
}

impl TlsListener {
    pub(crate) fn new(tcp: TcpListener, acceptor: TlsAcceptor) -> Self {
        Self {
            tcp: CuttableListener(tcp),
            acceptor,
            handshakes: JoinSet::new(),
        }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<Cuttable>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            tokio::select! {
                (stream, peer) = self.tcp.accept() => {
                    self.handshakes.spawn(shake_hands(self.acceptor.clone(), stream, peer));
                }
                Some(done) = self.handshakes.join_next() => {
                    if let Ok(Some(accepted)) = done {
                        return accepted;
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

/// `None` when the peer does not speak TLS, does not trust the certificate, or takes too long.
async fn shake_hands(
    acceptor: TlsAcceptor,
    mut stream: Cuttable,
    peer: SocketAddr,
) -> Option<(TlsStream<Cuttable>, SocketAddr)> {
    stream.cord.tls = true;
    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Some((stream, peer)),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a TLS handshake failed");
            None
        }
        Err(_) => None,
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Cord {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.io().get_ref().0.cord.clone()
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for Cord {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        stream.io().cord.clone()
    }
}

impl Cuttable {
    fn new(stream: TcpStream) -> Self {
        // Answers are small and written at once; waiting for more to send only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "could not switch off Nagle's algorithm");
        }
        let cord = Cord::default();
        Self {
            stream,
            cord,
            pause: None,
        }
    }

    /// Writes one byte after a pause.
    fn trickle(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let slow = Arc::clone(&self.cord.slow);
        let wait = Duration::from_millis(slow.milliseconds.load(Ordering::Relaxed));
        let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(wait)));
        ready!(pause.as_mut().poll(cx));
        self.check()?;
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf.get(..1).unwrap_or_default()))?;
        self.pause = None;
        slow.bytes.fetch_sub(1, Ordering::Relaxed);
        Poll::Ready(Ok(written))
    }

    /// Fails when the cord is cut, and makes the close that follows a reset.
    fn check(&self) -> io::Result<()> {
        if self.cord.cut.load(Ordering::SeqCst) {
            self.stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        if self.cord.slow.bytes.load(Ordering::Relaxed) > 0 {
            return self.trickle(cx, buf);
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        if self.cord.slow.bytes.load(Ordering::Relaxed) > 0 {
            let first = bufs.iter().find(|buf| !buf.is_empty());
            return self.trickle(cx, first.map_or(&[], |buf| &**buf));
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
