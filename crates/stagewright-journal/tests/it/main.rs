//! The journals against the contract and against the world: crashes, full disks,
//! foreign files, several processes.

mod contract;
mod corpus;
