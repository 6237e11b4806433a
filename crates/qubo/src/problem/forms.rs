//! The two forms as problems of their own.

use super::{Decoded, Problem};
use crate::ising::check_spins;
use crate::{Fraction, Ising, Qubo, QuboError, Sense, bits_of_spins, spins_of_bits};

impl Problem for Ising {
    type Solution = Vec<i8>;

    fn sense(&self) -> Sense {
        Ising::sense(self)
    }

    fn ising(&self) -> Result<Ising, QuboError> {
        Ok(self.clone())
    }

    fn encode(&self, solution: &Vec<i8>) -> Result<Vec<i8>, QuboError> {
        check_spins(solution, self.n()).map(|()| solution.clone())
    }

    fn decode(&self, spins: &[i8]) -> Result<Decoded<Vec<i8>>, QuboError> {
        let value = self.value(self.energy(spins)?);
        Decoded::new(|| Ok((spins.to_vec(), value)), Vec::new())
    }

    fn objective(&self, solution: &Vec<i8>) -> Result<Fraction, QuboError> {
        Ok(self.value(self.energy(solution)?))
    }
}

impl Problem for Qubo {
    type Solution = Vec<u8>;

    fn sense(&self) -> Sense {
        Qubo::sense(self)
    }

    fn ising(&self) -> Result<Ising, QuboError> {
        self.to_ising()
    }

    fn encode(&self, solution: &Vec<u8>) -> Result<Vec<i8>, QuboError> {
        self.energy(solution).map(|_| spins_of_bits(solution))
    }

    fn decode(&self, spins: &[i8]) -> Result<Decoded<Vec<u8>>, QuboError> {
        check_spins(spins, self.n())?;
        let bits = bits_of_spins(spins);
        let value = self.objective(&bits)?;
        Decoded::new(|| Ok((bits, value)), Vec::new())
    }

    fn objective(&self, solution: &Vec<u8>) -> Result<Fraction, QuboError> {
        Ok(self.value(self.energy(solution)?))
    }
}
