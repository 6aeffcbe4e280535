//! A TCP proxy that lets trouble into connections on order: cuts, stalls, delays, messages that break off.
//!
//! Each link between a server and something that it needs goes through one of its own, so that one replica alone may
//! lose its database. With several targets it is the front door of several replicas: connections go to them in turn, and
//! to the next one when a target does not listen.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// What happens to bytes that go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// They pass.
    Open,
    /// New connections are ended at once; those that are there go on.
    Refusing,
    /// They wait until there is another order.
    Stalled,
    /// Each piece comes so much later.
    Slow(Duration),
    /// Of the next piece of each connection half still comes, then the connection ends.
    BreakingOff,
}

/// A listening proxy; its connections end when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    order: watch::Sender<Order>,
    listening: JoinHandle<()>,
}

#[derive(Clone, Copy, Debug)]
struct Order {
    passage: Passage,
    /// Connections of an earlier age have been cut.
    age: u64,
}

impl Proxy {
    /// Listens on a free port of this machine and leads to the targets.
    pub(crate) async fn to(targets: Vec<SocketAddr>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (order, orders) = watch::channel(Order {
            passage: Passage::Open,
            age: 0,
        });
        let listening = tokio::spawn(async move {
            let turn = Arc::new(AtomicUsize::new(0));
            let targets: Arc<[SocketAddr]> = targets.into();
            loop {
                let Ok((caller, _)) = listener.accept().await else {
                    continue;
                };
                if orders.borrow().passage == Passage::Refusing {
                    continue;
                }
                let (targets, turn, orders) = (Arc::clone(&targets), Arc::clone(&turn), orders.clone());
                tokio::spawn(async move { connect(caller, &targets, &turn, orders).await });
            }
        });
        Ok(Self {
            address,
            order,
            listening,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on this happens, to connections that are there and to new ones.
    pub(crate) fn set(&self, passage: Passage) {
        self.order.send_modify(|order| order.passage = passage);
    }

    /// Ends all connections that are there.
    pub(crate) fn cut(&self) {
        self.order.send_modify(|order| order.age += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

/// Joins the caller with the first target, beginning with the one whose turn it is, that listens.
async fn connect(
    caller: TcpStream,
    targets: &[SocketAddr],
    turn: &AtomicUsize,
    orders: watch::Receiver<Order>,
) {
    let first = turn.fetch_add(1, Ordering::Relaxed);
    for next in 0..targets.len() {
        let target = targets[(first + next) % targets.len()];
        if let Ok(served) = TcpStream::connect(target).await {
            join(caller, served, orders).await;
            return;
        }
    }
}

/// Carries bytes both ways until one side ends or there is an order to cut.
async fn join(caller: TcpStream, served: TcpStream, mut orders: watch::Receiver<Order>) {
    // Small questions and answers must not wait for each other.
    let _ = caller.set_nodelay(true);
    let _ = served.set_nodelay(true);
    let age = orders.borrow().age;
    let (mut from_caller, mut to_caller) = caller.into_split();
    let (mut from_served, mut to_served) = served.into_split();
    let asking = carry(&mut from_caller, &mut to_served, orders.clone());
    let answering = carry(&mut from_served, &mut to_caller, orders.clone());
    tokio::select! {
        () = async { tokio::join!(asking, answering); } => {}
        _ = orders.wait_for(|order| order.age > age) => {}
    }
}

async fn carry(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    mut orders: watch::Receiver<Order>,
) {
    let mut piece = vec![0; 16 * 1024];
    loop {
        let Ok(read @ 1..) = from.read(&mut piece).await else {
            // The other direction may still have something to say.
            let _ = to.shutdown().await;
            return;
        };
        let passage = match orders.wait_for(|order| order.passage != Passage::Stalled).await {
            Ok(order) => order.passage,
            Err(_) => return,
        };
        if let Passage::Slow(by) = passage {
            tokio::time::sleep(by).await;
        }
        let passing = if passage == Passage::BreakingOff {
            read / 2
        } else {
            read
        };
        if to.write_all(&piece[..passing]).await.is_err() || passage == Passage::BreakingOff {
            let _ = to.shutdown().await;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends back what it gets.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                });
            }
        });
        address
    }

    async fn say(stream: &mut TcpStream, text: &[u8]) -> Vec<u8> {
        if stream.write_all(text).await.is_err() {
            return Vec::new();
        }
        let mut heard = vec![0; text.len()];
        let mut length = 0;
        while length < heard.len() {
            match stream.read(&mut heard[length..]).await {
                Ok(read @ 1..) => length += read,
                _ => break,
            }
        }
        heard.truncate(length);
        heard
    }

    #[tokio::test]
    async fn bytes_pass_until_they_are_cut_and_again_on_a_new_connection() {
        let proxy = Proxy::to(vec![echo().await]).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(say(&mut stream, b"hello").await, b"hello");
        proxy.cut();
        assert_eq!(say(&mut stream, b"again").await, b"");
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(say(&mut stream, b"again").await, b"again");
    }

    #[tokio::test]
    async fn stalled_bytes_wait_and_then_come() {
        let proxy = Proxy::to(vec![echo().await]).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        proxy.set(Passage::Stalled);
        let waited = tokio::time::timeout(Duration::from_millis(50), say(&mut stream, b"hello")).await;
        assert!(waited.is_err());
        proxy.set(Passage::Open);
        let mut heard = [0; 5];
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"hello");
    }

    #[tokio::test]
    async fn a_message_breaks_off_in_its_middle() {
        let proxy = Proxy::to(vec![echo().await]).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(say(&mut stream, b"whole").await, b"whole");
        proxy.set(Passage::BreakingOff);
        assert_eq!(say(&mut stream, b"12345678").await, b"12");
    }

    #[tokio::test]
    async fn the_front_door_passes_over_who_does_not_listen() {
        let gone = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap()
        };
        let proxy = Proxy::to(vec![gone, echo().await, gone]).await.unwrap();
        for _ in 0..4 {
            let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
            assert_eq!(say(&mut stream, b"anybody?").await, b"anybody?");
        }
    }

    #[tokio::test]
    async fn refused_connections_end_at_once() {
        let proxy = Proxy::to(vec![echo().await]).await.unwrap();
        proxy.set(Passage::Refusing);
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(say(&mut stream, b"hello").await, b"");
    }
}
