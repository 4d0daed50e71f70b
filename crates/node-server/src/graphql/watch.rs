//! What a change of the node means for the collections.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use localnet::{Block, Node};
use ton_client::BlockId;

use super::plan::{message_doc, transaction_doc};
use crate::documents::{BlockDoc, Collection, Doc};
use crate::service::{Change, Service};

/// Documents that a change may have touched.
pub(super) enum Concern {
    /// None of the collection.
    Nothing,
    /// These: new, or changed.
    Documents(Arc<[Doc]>),
    /// Any: a state was restored.
    Everything,
}

/// Documents of the newest round, made once for all who wait and listen.
#[derive(Default)]
pub(super) struct Fresh(Mutex<Option<Arc<OfRound>>>);

struct OfRound {
    id: BlockId,
    node: Arc<Node>,
    blocks: [Arc<Block>; 2],
    docs: [OnceLock<Arc<[Doc]>>; Collection::ALL.len()],
}

impl Fresh {
    /// What a change means for a collection.
    pub(super) fn concern(&self, service: &Service, change: &Change, collection: Collection) -> Concern {
        match change {
            Change::Posted(_) => Concern::Nothing,
            Change::Reset => Concern::Everything,
            Change::Round(round) => {
                let blocks = [round.workchain.clone(), round.master.clone()];
                Concern::Documents(self.of_round(service.snapshot(), blocks, collection))
            }
            Change::Edited(addresses) if collection == Collection::Accounts => {
                let node = service.snapshot();
                Concern::Documents(addresses.iter().map(|address| Doc::account(&node, address)).collect())
            }
            Change::Edited(_) => Concern::Nothing,
        }
    }

    /// Documents of a round, given by its workchain and masterchain blocks.
    pub(super) fn of_round(
        &self,
        node: Arc<Node>,
        blocks: [Arc<Block>; 2],
        collection: Collection,
    ) -> Arc<[Doc]> {
        let id = blocks[1].id;
        let round = {
            let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match &*newest {
                Some(round) if round.id == id => round.clone(),
                _ => {
                    let round = Arc::new(OfRound { id, node, blocks, docs: Default::default() });
                    *newest = Some(round.clone());
                    round
                }
            }
        };
        round.docs[collection as usize].get_or_init(|| round.make(collection).into()).clone()
    }
}

impl OfRound {
    fn make(&self, collection: Collection) -> Vec<Doc> {
        let transactions = || self.blocks.iter().flat_map(|block| &block.transactions);
        let block = |block: &Arc<Block>| Arc::new(BlockDoc::new(self.node.clone(), block.clone()));
        match collection {
            Collection::Accounts => {
                let mut seen = HashSet::new();
                let addresses =
                    transactions().map(|record| &record.account).filter(|address| seen.insert(*address));
                addresses.map(|address| Doc::account(&self.node, address)).collect()
            }
            Collection::Transactions => {
                transactions().map(|record| transaction_doc(&self.node, record)).collect()
            }
            Collection::Messages => {
                let mut seen = HashSet::new();
                transactions()
                    .flat_map(|record| record.in_msg.iter().chain(&record.out_msgs))
                    .filter(|hash| seen.insert(**hash))
                    .filter_map(|hash| self.node.message(hash))
                    .map(|record| message_doc(&self.node, record))
                    .collect()
            }
            Collection::Blocks => self.blocks.iter().map(block).map(Doc::Block).collect(),
            Collection::BlocksSignatures => self.blocks.iter().map(block).map(Doc::Signatures).collect(),
            Collection::Zerostates => Vec::new(),
        }
    }
}
